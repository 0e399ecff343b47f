"""Functions that make values from other values (DMN 10.3.4.1)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.feel.builtins.registry import Builtins
from dmnroute.feel.notices import NoticeKind, NoValue, Site, shown
from dmnroute.feel.values.calendar import SECOND
from dmnroute.feel.values.date_time import MIDNIGHT, MIDNIGHT_UTC, Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.iso import (
    date_of_text,
    date_time_of_text,
    duration_of_text,
    time_of_text,
    valid_date,
    valid_time,
)
from dmnroute.feel.values.number import CONTEXT, is_integer
from dmnroute.feel.values.number import number as number_of_text
from dmnroute.feel.values.text import write_text

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation

builtin = Builtins()


def whole(value: Decimal, what: str) -> int:
    """A whole number of sensible size, or no value."""
    if not is_integer(value) or abs(value) > 10**15:
        raise NoValue(f"{what} must be a whole number", NoticeKind.OUT_OF_DOMAIN)
    return int(value)


@builtin("date(from: string)")
def date_from_text(text: str) -> Date:
    """Read `2024-02-29`."""
    date = date_of_text(text)
    if date is None:
        raise NoValue(f"{shown(text)} is no date")
    return date


@builtin("date(from: date | date and time)")
def date_of_moment(value: Date | DateTime) -> Date:
    """The date of a date and time."""
    return value.date if isinstance(value, DateTime) else value


@builtin("date(year: number, month: number, day: number)")
def date_from_parts(year: Decimal, month: Decimal, day: Decimal) -> Date:
    """The date of a year, month and day."""
    date = valid_date(whole(year, "a year"), whole(month, "a month"), whole(day, "a day"))
    if date is None:
        raise NoValue("the calendar has no such day", NoticeKind.OUT_OF_DOMAIN)
    return date


@builtin("time(from: string)")
def time_from_text(text: str) -> Time:
    """Read `10:30:00+01:00`."""
    time = time_of_text(text)
    if time is None:
        raise NoValue(f"{shown(text)} is no time")
    return time


@builtin("time(from: time | date | date and time)")
def time_of_moment(value: Time | Date | DateTime) -> Time:
    """The time of a date and time; of a date, midnight UTC."""
    if isinstance(value, Date):
        return MIDNIGHT_UTC
    return value.time if isinstance(value, DateTime) else value


@builtin("time(hour: number, minute: number, second: number, offset?: days and time duration | null)")
def time_from_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTimeDuration | None = None) -> Time:
    """The time of an hour, minute and second; local without an offset."""
    if not 0 <= second < 60:
        raise NoValue("no clock shows that time", NoticeKind.OUT_OF_DOMAIN)
    seconds, nanosecond = divmod(int(CONTEXT.multiply(second, Decimal(SECOND))), SECOND)
    east = None if offset is None else offset.nanoseconds // SECOND
    time = valid_time(whole(hour, "an hour"), whole(minute, "a minute"), seconds, nanosecond, east)
    if time is None or (east is not None and abs(east) > 18 * 3600):
        raise NoValue("no clock shows that time", NoticeKind.OUT_OF_DOMAIN)
    return time


@builtin("date and time(from: string)")
def date_time_from_text(text: str) -> DateTime:
    """Read `2024-02-29T10:30:00`; a date alone is its midnight."""
    moment = date_time_of_text(text)
    if moment is not None:
        return moment
    date = date_of_text(text)
    if date is None:
        raise NoValue(f"{shown(text)} is no date and time")
    return DateTime(date, MIDNIGHT)


@builtin("date and time(from: date and time)")
def date_time_as_it_is(moment: DateTime) -> DateTime:
    """The same date and time."""
    return moment


@builtin("date and time(date: date | date and time, time: time)")
def date_time_from_parts(date: Date | DateTime, time: Time) -> DateTime:
    """A date and a time of that day."""
    return DateTime(date.date if isinstance(date, DateTime) else date, time)


@builtin("duration(from: string)")
def duration_from_text(text: str) -> DaysTimeDuration | YearsMonthsDuration:
    """Read `P1Y2M` or `P1DT2H`."""
    duration = duration_of_text(text)
    if duration is None:
        raise NoValue(f"{shown(text)} is no duration")
    return duration


@builtin("duration(from: duration)")
def duration_as_it_is(duration: object) -> object:
    """The same duration."""
    return duration


@builtin("years and months duration(from: date | date and time, to: date | date and time)")
def years_and_months_duration(start: Date | DateTime, end: Date | DateTime) -> YearsMonthsDuration:
    """The whole months from one date to the other; times of day don't count."""
    first, last = date_of_moment(start), date_of_moment(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonthsDuration(months)


@builtin("number(from: string, grouping separator: string | null, decimal separator: string | null)")
def number(text: str, grouping: str | None, decimal: str | None) -> Decimal:
    """Read a number as people write it: `1.234,5` with `.` and `,`."""
    if grouping not in (None, " ", ",", ".") or decimal not in (None, ",", "."):
        raise NoValue("a grouping separator is a space, `,` or `.`; a decimal separator `,` or `.`")
    if grouping is not None and grouping == decimal:
        raise NoValue("both separators are the same")
    plain = text.replace(grouping, "") if grouping else text
    if decimal == ",":
        plain = plain.replace(".", "?").replace(",", ".")
    return plain_number(plain, text)


def plain_number(digits: str, text: str) -> Decimal:
    """Read digits with a point; `text` is what the author wrote."""
    value = number_of_text(digits) if digits.isascii() and "_" not in digits else None
    if value is None or digits != digits.strip():
        raise NoValue(f"{shown(text)} is no number")
    return value


@builtin("number(from: number)")
def number_as_it_is(value: Decimal) -> Decimal:
    """The same number."""
    return value


@builtin("string(from: Any)", evaluation=True)
def string(evaluation: Evaluation, site: Site, value: object) -> str | None:
    """The text of any value; null stays null."""
    return text_within_limits(value, write_text, evaluation, site)


WriteValue = Callable[[object, Callable[[str], object]], None]


def text_within_limits(value: object, write_value: WriteValue, evaluation: Evaluation, site: Site) -> str | None:
    """The text of a value; strings and null stay."""
    if value is None or isinstance(value, str):
        return value
    return written_within_limits(value, write_value, evaluation, site)


def written_within_limits(value: object, write_value: WriteValue, evaluation: Evaluation, site: Site) -> str:
    """What a value is written as, piece by piece so that it can be stopped."""
    parts: list[str] = []

    def write(part: str) -> None:
        evaluation.step(site)
        parts.append(part)

    write_value(value, write)
    return "".join(parts)
