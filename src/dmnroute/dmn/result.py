"""What an evaluation answers: the value, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dmnroute.errors import NOWHERE, Place

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Notice:
    """Why a value is null, and where in the table.

    ``kind`` is one of FEEL's notice kinds, or ``hit_policy`` (the matched rules contradict the table's policy),
    ``type`` (a value that isn't of its declared type) or ``not_allowed`` (a value outside the allowed ones).
    """

    kind: str
    message: str
    place: Place = NOWHERE
    values: tuple[object, ...] = ()

    def __str__(self) -> str:
        """Message, place and excerpt, as an error shows them."""
        return "\n".join(part for part in (self.message, str(self.place), self.place.excerpt()) if part)


@dataclass(frozen=True, slots=True)
class InputValue:
    """What a table looked at in one input column."""

    label: str
    text: str
    """The input expression."""
    value: object
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A rule whose outputs are part of the value; counted from 1, as people see it."""

    index: int
    id: str
    annotations: tuple[str, ...]
    outputs: Mapping[str, object]
    """The rule's values by output name, in the order of the columns."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The answer of one decision with its trace."""

    value: object
    matched: tuple[MatchedRule, ...] = ()
    """The rules that made the value, in its order: for PRIORITY the one that won, for ANY all that agree."""
    inputs: tuple[InputValue, ...] = ()
    notices: tuple[Notice, ...] = ()
    """Why values are null, here and in the required decisions."""
    required: Mapping[str, Result] = field(default_factory=dict)
    """The results of all decisions that were evaluated for this one, by name."""
    decision: str = ""
    hit_policy: str = ""
    """The hit policy when the decision is a table, else empty."""
