"""Where versions of policies are kept, and where the active one comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dmnroute.routing.policy import PolicyVersion


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A version of a policy as it was loaded."""

    name: str
    version: int
    digest: str
    file: str
    text: bytes
    loaded: datetime


class PolicySource(Protocol):
    """Where the active version of a policy comes from."""

    async def active(self, name: str) -> PolicyVersion:
        """The version to decide with now. Raises RouteError `unknown_policy`."""
        ...

    async def version(self, name: str, number: int) -> PolicyVersion:
        """A version that was active once, for replay. Raises OperatorError `unknown_version`."""
        ...


class PolicyStore(Protocol):
    """The versions of policies."""

    async def keep_policy(
        self, name: str, file: str, text: bytes, *, at: datetime, changes: Sequence[str] | None = None
    ) -> StoredPolicy:
        """Keep a version of a policy: the latest one when its text is the same, else a new one, numbered from 1.

        A new one is told by the event `policy_changed`, with its changes where they are known.
        """
        ...

    async def policy(self, name: str, version: int | None = None) -> StoredPolicy | None:
        """A version of a policy; the latest one when none is named."""
        ...
