"""A version of a policy: decision tables with a number and a digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dmnroute.dmn import Model

ROUTE = "Route"
"""The decision that gives the next hop, unless a policy names another one."""


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """Immutable; equal digests are the same tables."""

    name: str
    version: int
    digest: str
    model: Model
    route: str = ROUTE
