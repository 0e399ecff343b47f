"""Functions of numbers, dates and texts that Camunda has under the same names and reads differently."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from typing import TYPE_CHECKING

from dmnroute.feel.builtins.conversion import date_from_parts as standard_date
from dmnroute.feel.builtins.conversion import text_within_limits, time_of_moment
from dmnroute.feel.builtins.conversion import time_from_parts as standard_time
from dmnroute.feel.builtins.number import ceiling, floor, log, modulo, rounded
from dmnroute.feel.builtins.registry import Builtins
from dmnroute.feel.builtins.statistics import stddev
from dmnroute.feel.builtins.string import truncated
from dmnroute.feel.notices import Fails, NoticeKind, NoValue, shown
from dmnroute.feel.values.camunda_text import write_camunda_text
from dmnroute.feel.values.date_time import MIDNIGHT, Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration
from dmnroute.feel.values.iso import date_of_text, date_time_of_text, duration_of_text, time_of_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmnroute.feel.evaluation import Evaluation
    from dmnroute.feel.notices import Site

builtin = Builtins()

_ALL_DIGITS = Context(prec=7_000, rounding=ROUND_HALF_EVEN, Emin=-7_000, Emax=7_000)


def _at_scale(n: Decimal, scale: Decimal, mode: str) -> Decimal:
    """The number with exactly so many digits after the point, as `string(…)` shows them."""
    result = rounded(n, scale, mode)
    return result.quantize(Decimal((0, (1,), -int(scale))), context=_ALL_DIGITS)


def _rounding(mode: str) -> Callable[[Decimal, Decimal], Decimal]:
    return lambda n, scale: _at_scale(n, scale, mode)


builtin("floor(n: number)")(floor)
builtin("floor(n: number, scala: number)")(_rounding(ROUND_FLOOR))
builtin("ceiling(n: number)")(ceiling)
builtin("ceiling(n: number, scale: number)")(_rounding(ROUND_CEILING))
builtin("decimal(n: number, scale: number)")(_rounding(ROUND_HALF_EVEN))
builtin("round up(n: number, scale: number)")(_rounding(ROUND_UP))
builtin("round down(n: number, scale: number)")(_rounding(ROUND_DOWN))
builtin("round half up(n: number, scale: number)")(_rounding(ROUND_HALF_UP))
builtin("round half down(n: number, scala: number)")(_rounding(ROUND_HALF_DOWN))


@builtin("decimal(n: number, scale: number, mode: string)")
def decimal(n: Decimal, scale: Decimal, mode: str) -> Decimal:
    """Round in a mode of Java's."""
    name = mode.upper()
    if name == "UNNECESSARY":
        result = _at_scale(n, scale, ROUND_DOWN)
        if result != n:
            raise NoValue("rounding would be necessary", NoticeKind.OUT_OF_DOMAIN)
        return result
    if name not in {"UP", "DOWN", "CEILING", "FLOOR", "HALF_UP", "HALF_DOWN", "HALF_EVEN"}:
        raise NoValue(f"there is no rounding mode `{mode}`")
    return _at_scale(n, scale, f"ROUND_{name}")


@builtin("modulo(dividend: number, divisor: number)")
def remainder(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The remainder, with the sign of the divisor."""
    if divisor == 0:
        raise Fails("a division by zero")
    return modulo(dividend, divisor)


@builtin("log(number: number)")
def logarithm(number: Decimal) -> Decimal:
    """The natural logarithm."""
    if number <= 0:
        raise Fails("there is a logarithm of positive numbers only")
    return log(number)


@builtin("stddev(list: list)", "stddev(n: Any…)")
def deviation(*arguments: object) -> Decimal:
    """The standard deviation of a sample."""
    given = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else list(arguments)
    if len(given) == 1 and isinstance(given[0], Decimal):
        raise Fails("a deviation needs at least two numbers")
    return stddev(*arguments)


@builtin("time(from: string)")
def time_from_text(text: str) -> Time:
    """Read `10:30` or `10:30:00+01:00`."""
    time = time_of_text(text, camunda=True)
    if time is None:
        raise NoValue(f"{shown(text)} is no time")
    return time


builtin("time(from: date | date and time)")(time_of_moment)


@builtin("date and time(from: string)")
def date_time_from_text(text: str) -> DateTime:
    """Read `2024-02-29T10:30`; a date alone is its midnight."""
    moment = date_time_of_text(text, camunda=True)
    date = None if moment is not None else date_of_text(text)
    if moment is None and date is None:
        raise NoValue(f"{shown(text)} is no date and time")
    return moment if moment is not None else DateTime(date, MIDNIGHT)  # type: ignore[arg-type]  # one of them is there


@builtin("duration(from: string)")
def duration_from_text(text: str) -> object:
    """Read `P1Y2M` or `P1DT2H`; each part may have a sign."""
    duration = duration_of_text(text, camunda=True)
    if duration is None:
        raise NoValue(f"{shown(text)} is no duration")
    return duration


@builtin("date(year: number, month: number, day: number)")
def date_from_parts(year: Decimal, month: Decimal, day: Decimal) -> Date:
    """The date of a year, month and day, all without fractions."""
    return standard_date(*map(_without_fraction, (year, month, day)))


@builtin("time(hour: number, minute: number, second: number, offset?: days and time duration | null)")
def time_from_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTimeDuration | None = None) -> Time:
    """The time of an hour and minute, both without fractions, and a second."""
    return standard_time(_without_fraction(hour), _without_fraction(minute), second, offset)


def _without_fraction(value: Decimal) -> Decimal:
    return Decimal(truncated(value))


@builtin("finished by(point: point, range: range)")
def finished_by_the_wrong_way_round(point: object, within: object) -> object:
    """A range is finished by a point, never a point by a range."""
    raise Fails("the range comes first")


@builtin("string(from: Any)", evaluation=True)
def string(evaluation: Evaluation, site: Site, value: object) -> str | None:
    """The text of any value, as Camunda writes it."""
    return text_within_limits(value, write_camunda_text, evaluation, site)
