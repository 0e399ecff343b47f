"""What a hit policy gets, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from dmnroute.dmn.model import BuiltinAggregator, HitPolicyName

if TYPE_CHECKING:
    from dmnroute.feel.values import Value


@dataclass(frozen=True, slots=True)
class Row:
    """A matching rule (counted from 0) with the values of its output cells and what they make together."""

    rule: int
    outputs: tuple[Value, ...]
    value: Value
    """The bare value of the only output column, or a context of all by their names."""


@dataclass(frozen=True, slots=True)
class Hits:
    """The matching rules of a table, top down; a row is evaluated when the iteration comes to it."""

    rows: Iterator[Row]
    priorities: tuple[tuple[Value, ...], ...] = ()
    """For each output column its allowed values, the most important first; empty when it lists none."""
    aggregation: BuiltinAggregator | None = None
    numbers_only: bool = False
    """Camunda aggregates nothing but numbers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The table's value and the rows that made it; no rows when nothing matched."""

    value: Value
    rows: tuple[Row, ...]
    violation: str = ""
    """How the matched rows contradict the policy; the value is null then."""


Apply: TypeAlias = Callable[[Hits], Outcome]


@dataclass(frozen=True, slots=True)
class HitPolicy:
    """A hit policy: its name in the standard, and what it makes of the matching rules."""

    name: HitPolicyName
    apply: Apply


NOTHING = Outcome(None, ())
