"""Which values are equal, and which comes first (DMN 10.3.2.13). Camunda compares zoned times otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dmnroute.feel.values.date_time import Date, DateTime, Time, offset_text
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.function import Function
from dmnroute.feel.values.range import Range

_BY_PYTHON = frozenset({bool, Decimal, str, Date, DaysTimeDuration, YearsMonthsDuration})
_ORDERED_BY_PYTHON = frozenset({Decimal, str, DaysTimeDuration, YearsMonthsDuration})

Seen = dict[tuple[int, int], bool | None]
"""Pairs that were compared already: lists may share their parts many times over."""


@dataclass(frozen=True, slots=True)
class Comparing:
    """How a dialect compares values."""

    special: Callable[[object, object], bool | None]
    """Equality of two values of one type, where Python's isn't meant; null when there is none."""
    moment: Callable[[Any], Any]
    """What zoned times, and zoned dates and times, are ordered by."""

    def equals(self, left: object, right: object, seen: Seen | None = None) -> bool | None:
        """FEEL's `=`; null when the values can't be compared."""
        if left is None or right is None:
            return left is right
        kind = type(left)
        if kind is not type(right):
            return None
        if kind in _BY_PYTHON:
            return left == right
        if kind is list or kind is dict:
            return self._remembered(left, right, {} if seen is None else seen)
        if kind is Range:
            return self._ranges(left, right)
        return self.special(left, right)

    def _remembered(self, left: Any, right: Any, seen: Seen) -> bool | None:
        if left is right:
            return True
        pair = id(left), id(right)
        if pair not in seen:
            seen[pair] = self._lists(left, right, seen) if type(left) is list else self._contexts(left, right, seen)
        return seen[pair]

    def _lists(self, left: list[object], right: list[object], seen: Seen) -> bool:
        return len(left) == len(right) and all(
            self.equals(one, other, seen) is True for one, other in zip(left, right, strict=True)
        )

    def _contexts(self, left: dict[str, object], right: dict[str, object], seen: Seen) -> bool:
        return left.keys() == right.keys() and all(self.equals(left[key], right[key], seen) is True for key in left)

    def _ranges(self, left: Any, right: Any) -> bool:
        flags = (left.start_included, left.end_included) == (right.start_included, right.end_included)
        return flags and self.equals(left.start, right.start) is True and self.equals(left.end, right.end) is True

    def order(self, left: Any, right: Any) -> int | None:
        """Negative, zero or positive as `left` comes before, with or after `right`; null when there is no order."""
        kind = type(left)
        if kind is not type(right):
            return None
        if kind in _ORDERED_BY_PYTHON:
            return int(left > right) - int(left < right)
        keys = self._keys(left, right)
        return None if keys is None else (keys[0] > keys[1]) - (keys[0] < keys[1])

    def _keys(self, left: object, right: object) -> tuple[Any, Any] | None:
        match left, right:
            case Date(), Date():
                return left.epoch_days, right.epoch_days
            case Time(), Time() if left.is_local is right.is_local:
                return self.moment(left), self.moment(right)
            case DateTime(), DateTime() if left.time.is_local is right.time.is_local:
                return self.moment(left), self.moment(right)
        return None

    def contains(self, values: list[object], element: object) -> bool:
        """Tell whether one of the values equals the element."""
        return any(self.equals(value, element) is True for value in values)

    def in_range(self, value: object, within: Range) -> bool | None:
        """Tell whether the value lies between the endpoints; null when it can't be compared with them."""
        above = True if within.start is None else self._beyond(within.start, value, within.start_included)
        below = True if within.end is None else self._beyond(value, within.end, within.end_included)
        if above is False or below is False:
            return False
        return None if above is None or below is None else True

    def _beyond(self, low: object, high: object, included: bool) -> bool | None:
        rank = self.order(low, high)
        return None if rank is None else rank < 0 or (included and rank == 0)


def _same_instant(left: object, right: object) -> bool | None:
    match left, right:
        case Time(), Time():
            return left.instant == right.instant if left.is_local is right.is_local else None
        case DateTime(), DateTime():
            same_kind = left.time.is_local is right.time.is_local
            return left.instant == right.instant if same_kind else None
        case Function(), Function():
            return left is right
    return None


def _same_clock(left: object, right: object) -> bool | None:
    """Camunda: the clock on the wall, the offset and the zone are the same."""
    match left, right:
        case Time(), Time():
            return left == right if left.is_local is right.is_local else None
        case DateTime(), DateTime():
            return left == right if left.time.is_local is right.time.is_local else None
    return None


def _instant(value: Time | DateTime) -> int:
    return value.instant


def _instant_then_clock(value: Time | DateTime) -> tuple[object, ...]:
    """Camunda: of two spellings of one instant, that with the earlier clock is first, then by the name of the zone."""
    if isinstance(value, Time):
        return (value.instant,)
    return (
        value.instant,
        value.date.epoch_days,
        value.time.nanoseconds,
        value.time.zone or offset_text(value.time.offset),
    )


STANDARD = Comparing(_same_instant, _instant)
CAMUNDA = Comparing(_same_clock, _instant_then_clock)

equals = STANDARD.equals
order = STANDARD.order
contains = STANDARD.contains
in_range = STANDARD.in_range
