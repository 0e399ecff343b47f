"""Which values are equal, and which comes first (DMN 10.3.2.13, tables 48 to 54)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.function import Function
from dmnroute.feel.values.range import Range

_BY_PYTHON = frozenset({bool, Decimal, str, Date, DaysTimeDuration, YearsMonthsDuration})
_ORDERED_BY_PYTHON = frozenset({Decimal, str, DaysTimeDuration, YearsMonthsDuration})

Seen = dict[tuple[int, int], bool | None]
"""Pairs that were compared already: lists may share their parts many times over."""


def equals(left: object, right: object, seen: Seen | None = None) -> bool | None:
    """FEEL's `=`; null when the values can't be compared."""
    if left is None or right is None:
        return left is right
    kind = type(left)
    if kind is not type(right):
        return None
    if kind in _BY_PYTHON:
        return left == right
    if kind is list or kind is dict:
        return _remembered(left, right, {} if seen is None else seen)
    return _special(left, right)


def _remembered(left: Any, right: Any, seen: Seen) -> bool | None:
    if left is right:
        return True
    pair = id(left), id(right)
    if pair not in seen:
        seen[pair] = _lists(left, right, seen) if type(left) is list else _contexts(left, right, seen)
    return seen[pair]


def _lists(left: list[object], right: list[object], seen: Seen) -> bool:
    return len(left) == len(right) and all(
        equals(one, other, seen) is True for one, other in zip(left, right, strict=True)
    )


def _contexts(left: dict[str, object], right: dict[str, object], seen: Seen) -> bool:
    return left.keys() == right.keys() and all(equals(left[key], right[key], seen) is True for key in left)


def _special(left: object, right: object) -> bool | None:
    match left, right:
        case Time(), Time():
            return left.instant == right.instant if left.is_local is right.is_local else None
        case DateTime(), DateTime():
            same_kind = left.time.is_local is right.time.is_local
            return left.instant == right.instant if same_kind else None
        case Range(), Range():
            flags = (left.start_included, left.end_included) == (right.start_included, right.end_included)
            return flags and equals(left.start, right.start) is True and equals(left.end, right.end) is True
        case Function(), Function():
            return left is right
    return None


def order(left: Any, right: Any) -> int | None:
    """Negative, zero or positive as `left` comes before, with or after `right`; null when there is no order."""
    kind = type(left)
    if kind is not type(right):
        return None
    if kind in _ORDERED_BY_PYTHON:
        return int(left > right) - int(left < right)
    keys = _keys(left, right)
    return None if keys is None else (keys[0] > keys[1]) - (keys[0] < keys[1])


def _keys(left: object, right: object) -> tuple[int, int] | None:
    match left, right:
        case Date(), Date():
            return left.epoch_days, right.epoch_days
        case Time(), Time() if left.is_local is right.is_local:
            return left.instant, right.instant
        case DateTime(), DateTime() if left.time.is_local is right.time.is_local:
            return left.instant, right.instant
    return None


def contains(values: list[object], element: object) -> bool:
    """Tell whether one of the values equals the element."""
    return any(equals(value, element) is True for value in values)


def in_range(value: object, within: Range) -> bool | None:
    """Tell whether the value lies between the endpoints; null when it can't be compared with them."""
    above = True if within.start is None else _beyond(within.start, value, within.start_included)
    below = True if within.end is None else _beyond(value, within.end, within.end_included)
    if above is False or below is False:
        return False
    return None if above is None or below is None else True


def _beyond(low: object, high: object, included: bool) -> bool | None:
    rank = order(low, high)
    return None if rank is None else rank < 0 or (included and rank == 0)
