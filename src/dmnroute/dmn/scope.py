"""The names that an expression may use, and where each comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dmnroute.errors import Place
    from dmnroute.feel import Reference


class Origin(StrEnum):
    """Where the value of a name comes from."""

    INPUT = "input"
    """Input data of the model."""
    DECISION = "decision"
    """The result of a required decision."""
    KNOWLEDGE = "knowledge"
    """A business knowledge model or decision service."""
    LOCAL = "local"
    """A context entry, a parameter, an output column."""
    OUTSIDE = "outside"
    """Nothing in the model: the caller has to provide it."""


class ScopedReference(NamedTuple):
    """A path that an expression reads, where it does so, and where its first name comes from."""

    place: Place
    reference: Reference
    origin: Origin


@dataclass(frozen=True, slots=True)
class Scope:
    """Names in scope while a decision is compiled."""

    names: Mapping[str, Origin] = field(default_factory=dict)

    def with_names(self, names: Iterable[str], origin: Origin = Origin.LOCAL) -> Scope:
        """The scope with more names; a later name hides an earlier one."""
        return Scope({**self.names, **dict.fromkeys(names, origin)})

    def origin(self, name: str) -> Origin:
        """Where a name comes from."""
        return self.names.get(name, Origin.OUTSIDE)
