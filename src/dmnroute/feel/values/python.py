"""Python values to FEEL values, back, and to JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal, DecimalException
from enum import Enum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dmnroute.errors import FeelError, UsageError
from dmnroute.feel.values.calendar import DAY
from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.function import Function
from dmnroute.feel.values.number import CONTEXT, is_integer
from dmnroute.feel.values.range import Range

if TYPE_CHECKING:
    from collections.abc import Callable

_AS_THEY_ARE = frozenset(
    {type(None), bool, str, Date, Time, DateTime, DaysTimeDuration, YearsMonthsDuration, Range, Function}
)
_PLAIN = frozenset({type(None), bool, str})
"""Types of values that every conversion leaves as they are: large contexts are mostly made of these."""
_LARGEST = 1_000_000
"""Values within one value; a list that holds itself, or a tree that shares its branches, must not run away."""
_DEEPEST = 100
_LONGEST = 999_999_999 * DAY
"""What a timedelta holds in both directions."""


def from_python(value: object) -> object:
    """The FEEL value of a Python value; UsageError when there is none."""
    return _Walk(_leaf_from_python)(value)


def to_python(value: object) -> object:
    """The plain Python value: `date`, `time`, `datetime`, `timedelta` where they can hold it."""
    return _Walk(_leaf_to_python)(value)


def to_json(value: object) -> object:
    """What JSON can hold: Decimals stay, whole numbers become int, temporals ISO text, functions null."""
    return _Walk(_leaf_to_json)(value)


def named_values(given: object) -> Mapping[str, object]:
    """Inputs by name: a mapping as it is, the fields of a dataclass or of a pydantic model. Raises UsageError."""
    if isinstance(given, Mapping):
        return given
    names = _field_names(given)
    if names is None:
        raise UsageError(f"inputs have names: a mapping, a dataclass or a model, not `{type(given).__name__}`")
    return {name: getattr(given, name) for name in names}


class _Walk:
    """Applies a conversion to the leaves of lists and contexts, within limits."""

    def __init__(self, leaf: Callable[[object, _Walk], object]) -> None:
        self._leaf = leaf
        self._seen = 0
        self._depth = 0

    def __call__(self, value: object) -> object:
        kind = type(value)
        if kind is not list and kind is not dict:
            return self._leaf(value, self)
        return self.inside(value)

    def inside(self, value: Any) -> object:
        """Convert the items of a list or the entries of a context."""
        self._depth += 1
        self._seen += len(value) + 1
        if self._seen > _LARGEST or self._depth > _DEEPEST:
            limit = f"{_DEEPEST} levels" if self._depth > _DEEPEST else f"{_LARGEST:,} parts"
            raise FeelError(f"a value has more than {limit}", code="feel_limit")
        result = self._converted(value)
        self._depth -= 1
        return result

    def _converted(self, value: Any) -> object:
        if not isinstance(value, dict):
            return [item if type(item) in _PLAIN else self(item) for item in value]
        for key in value:
            if not isinstance(key, str):
                raise UsageError(f"the key `{key!r}` of a context must be text")
        return {str(key): item if type(item) in _PLAIN else self(item) for key, item in value.items()}


def _leaf_from_python(value: object, walk: _Walk) -> object:
    kind = type(value)
    if kind is Decimal or kind is int:
        return _decimal(value)  # type: ignore[arg-type]  # the exact types are a subset of what it takes
    if kind in _AS_THEY_ARE:
        return value
    if isinstance(value, Enum):
        return walk(value.value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (int, float, Decimal)):
        return _decimal(value)
    if isinstance(value, (datetime, date, time, timedelta)):
        return _temporal(value)
    if isinstance(value, Mapping):
        return walk.inside(dict(value))
    if isinstance(value, (Sequence, set, frozenset)) and not isinstance(value, (bytes, bytearray)):
        return walk.inside(sorted(value, key=repr) if isinstance(value, (set, frozenset)) else list(value))
    names = _field_names(value)
    if names is not None:
        return walk.inside({name: getattr(value, name) for name in names})
    raise UsageError(f"`{type(value).__name__}` has no FEEL value")


def _field_names(value: object) -> list[str] | None:
    """The fields of a dataclass, or of a pydantic model, which is known by having them: FEEL needs no pydantic."""
    if isinstance(value, type):
        return None
    if is_dataclass(value):
        return [field.name for field in fields(value)]
    declared = getattr(type(value), "model_fields", None)
    if not isinstance(declared, Mapping):
        return None
    return [*declared, *(getattr(value, "model_extra", None) or {})]


def _decimal(value: int | float | Decimal) -> Decimal:
    """A float means the digits that it prints, not its binary expansion."""
    try:
        result = CONTEXT.create_decimal(repr(float(value)) if isinstance(value, float) else value)
    except DecimalException:
        raise UsageError("a number is beyond the numbers of FEEL") from None
    if not result.is_finite():
        raise UsageError(f"`{value}` is no FEEL number")
    return result


def _temporal(value: datetime | date | time | timedelta) -> object:
    if isinstance(value, timedelta):
        return DaysTimeDuration(((value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds) * 1000)
    if isinstance(value, datetime):
        return DateTime(Date(value.year, value.month, value.day), _time(value.timetz(), value.utcoffset()))
    if isinstance(value, date):
        return Date(value.year, value.month, value.day)
    return _time(value, value.utcoffset())


def _time(value: time, offset: timedelta | None) -> Time:
    zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) and value.tzinfo.key else ""
    seconds = None if zone or offset is None else offset.days * 86_400 + offset.seconds
    return Time(value.hour, value.minute, value.second, value.microsecond * 1000, seconds, zone)


def _leaf_to_python(value: object, walk: _Walk) -> object:
    match value:
        case Date() if 1 <= value.year <= 9999:
            return date(value.year, value.month, value.day)
        case Time() if value.nanosecond % 1000 == 0:
            return time(value.hour, value.minute, value.second, value.nanosecond // 1000, tzinfo=_tzinfo(value))
        case DateTime() if 1 <= value.date.year <= 9999 and value.time.nanosecond % 1000 == 0:
            day = date(value.date.year, value.date.month, value.date.day)
            clock = walk(value.time)
            assert isinstance(clock, time)
            return datetime.combine(day, clock)
        case DaysTimeDuration() if value.nanoseconds % 1000 == 0 and abs(value.nanoseconds) < _LONGEST:
            return timedelta(microseconds=value.nanoseconds // 1000)
    return value


def _tzinfo(value: Time) -> tzinfo | None:
    if value.zone:
        return ZoneInfo(value.zone)
    return None if value.offset is None else timezone(timedelta(seconds=value.offset))


def _leaf_to_json(value: object, walk: _Walk) -> object:
    match value:
        case Decimal() if is_integer(value) and value.adjusted() < CONTEXT.prec:
            return int(value)
        case Decimal():
            return value
        case Date() | Time() | DateTime() | DaysTimeDuration() | YearsMonthsDuration():
            return value.iso
        case Range():
            return {
                "start": walk(value.start),
                "end": walk(value.end),
                "start included": value.start_included,
                "end included": value.end_included,
            }
        case Function():
            return None
    return value
