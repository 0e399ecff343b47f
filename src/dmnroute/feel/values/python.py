"""Python values to FEEL values, back, and to JSON."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal, DecimalException
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias
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

    Convert = Callable[[Any, "_Walk"], object]

_AS_THEY_ARE = frozenset(
    {type(None), bool, str, Date, Time, DateTime, DaysTimeDuration, YearsMonthsDuration, Range, Function}
)
_PLAIN = frozenset({type(None), bool, str})
"""Types of values that every conversion leaves as they are: large contexts are mostly made of these."""
_LARGEST = 1_000_000
"""Values within one value; a list that holds itself, or a tree that shares its branches, must not run away."""
_DEEPEST = 100
_WIDEST = sys.float_info.max
_LONGEST = 999_999_999 * DAY
"""What a timedelta holds in both directions."""


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


class _Model(Protocol):
    """A pydantic model: FEEL needs no pydantic."""

    def model_dump(self) -> dict[str, Any]: ...


Inputs: TypeAlias = Mapping[str, object] | _Dataclass | _Model
"""Values by name: a mapping, a dataclass or a pydantic model."""


def from_python(value: object) -> object:
    """The FEEL value of a Python value; UsageError when there is none."""
    return _Walk(_leaf_from_python, _FROM_PYTHON)(value)


def to_python(value: object, largest: int = _LARGEST) -> object:
    """The plain Python value: `date`, `time`, `datetime`, `timedelta` where they can hold it.

    FeelError when it has more parts than the largest value may have.
    """
    return _Walk(_leaf_to_python, _TO_PYTHON, largest)(value)


def to_json(value: object) -> object:
    """What JSON can hold: Decimals stay, whole numbers become int, temporals ISO text, functions null."""
    return _Walk(_leaf_to_json, _INSIDE)(value)


def named_values(given: object) -> Mapping[str, object]:
    """Inputs by name: a mapping as it is, the fields of a dataclass or of a pydantic model. Raises UsageError."""
    if isinstance(given, Mapping):
        return given
    names = _field_names(given)
    if names is None:
        raise UsageError(f"inputs have names: a mapping, a dataclass or a model, not `{type(given).__name__}`")
    return {name: getattr(given, name) for name in names}


class _Walk:
    """One conversion of a value and of all that is in it, within limits."""

    __slots__ = ("_depth", "_largest", "_seen", "leaf", "quick")

    def __init__(self, leaf: Convert, quick: Mapping[type, Convert], largest: int = _LARGEST) -> None:
        self.leaf = leaf
        self.quick = quick
        """For values of exactly these types, which large values are full of; the others are leaves."""
        self._largest = largest
        self._seen = 0
        self._depth = 0

    def __call__(self, value: object) -> object:
        return self.quick.get(type(value), self.leaf)(value, self)

    def enter(self, size: int) -> None:
        """Begin with the inside of a list or context."""
        self._depth += 1
        self._seen += size + 1
        if self._seen > self._largest or self._depth > _DEEPEST:
            limit = f"{_DEEPEST} levels" if self._depth > _DEEPEST else f"{self._largest:,} parts"
            raise FeelError(f"a value has more than {limit}", code="feel_limit")

    def leave(self) -> None:
        """End with it."""
        self._depth -= 1


def _list(value: Any, walk: _Walk) -> list[object]:
    walk.enter(len(value))
    quick, leaf = walk.quick, walk.leaf
    result = []
    for item in value:
        kind = type(item)
        result.append(item if kind in _PLAIN else quick.get(kind, leaf)(item, walk))
    walk.leave()
    return result


def _context(value: Any, walk: _Walk) -> dict[str, object]:
    walk.enter(len(value))
    quick, leaf = walk.quick, walk.leaf
    result: dict[str, object] = {}
    for key, item in value.items():
        kind = type(item)
        name = key if type(key) is str else _key(key)
        result[name] = item if kind in _PLAIN else quick.get(kind, leaf)(item, walk)
    walk.leave()
    return result


_INSIDE: Mapping[type, Convert] = {list: _list, dict: _context}


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise UsageError(f"the key `{key!r}` of a context must be text")
    return str(key)


def _leaf_from_python(value: object, walk: _Walk) -> object:
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if isinstance(value, Enum):
        return walk(value.value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float):
        return _float(float(value), walk)
    if isinstance(value, (int, Decimal)):
        return _decimal(value, walk)
    if isinstance(value, (datetime, date, time, timedelta)):
        return _temporal(value)
    if isinstance(value, Mapping):
        return _context(dict(value), walk)
    if isinstance(value, (Sequence, set, frozenset)) and not isinstance(value, (bytes, bytearray)):
        return _list(sorted(value, key=repr) if isinstance(value, (set, frozenset)) else list(value), walk)
    names = _field_names(value)
    if names is not None:
        return _context({name: getattr(value, name) for name in names}, walk)
    if not isinstance(value, type) and callable(getattr(value, "tolist", None)):
        return walk(_of_array(value))
    raise UsageError(f"`{type(value).__name__}` has no FEEL value")


def _of_array(value: Any) -> object:
    """What is in a value or an array of numpy, or in a column of pandas: FEEL needs neither."""
    dtype = getattr(value, "dtype", None)
    finer_than_python = getattr(dtype, "kind", "") in ("m", "M") and str(dtype).endswith(_FINE_UNITS)
    return (value.astype(f"{dtype.kind}8[us]") if dtype and finer_than_python else value).tolist()


_FINE_UNITS = ("[ns]", "[ps]", "[fs]", "[as]")


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


def _float(value: float, walk: _Walk) -> Decimal:
    """A float means the digits that it prints, not its binary expansion; these are fewer than a number has."""
    digits = repr(value)
    return Decimal(digits) if -_WIDEST <= value <= _WIDEST else _decimal(digits, walk)


def _decimal(value: int | str | Decimal, walk: _Walk) -> Decimal:
    try:
        result = CONTEXT.create_decimal(value)
    except DecimalException:
        raise UsageError("a number is beyond the numbers of FEEL") from None
    if not result.is_finite():
        raise UsageError(f"`{value}` is no FEEL number")
    return result


_FROM_PYTHON: Mapping[type, Convert] = {**_INSIDE, float: _float, int: _decimal, Decimal: _decimal}


def _temporal(value: datetime | date | time | timedelta) -> object:
    if value != value:
        raise UsageError(f"`{value}` is no FEEL date")
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


def _number_to_python(value: Decimal, walk: _Walk) -> Decimal:
    return value


_TO_PYTHON: Mapping[type, Convert] = {**_INSIDE, Decimal: _number_to_python}


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
