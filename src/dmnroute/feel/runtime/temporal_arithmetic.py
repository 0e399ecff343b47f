"""Arithmetic on dates, times and durations."""

from __future__ import annotations

from decimal import Decimal

from dmnroute.feel.values.calendar import DAY
from dmnroute.feel.values.date_time import MIDNIGHT_UTC, Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.number import CONTEXT

_LONGEST = Decimal(10) ** 30


def negated(duration: DaysTimeDuration | YearsMonthsDuration) -> DaysTimeDuration | YearsMonthsDuration:
    """The same length in the other direction."""
    if isinstance(duration, DaysTimeDuration):
        return DaysTimeDuration(-duration.nanoseconds)
    return YearsMonthsDuration(-duration.total_months)


def date_plus_days_time(date: Date, duration: DaysTimeDuration) -> Date | None:
    """Count from the midnight that begins the date; the date where it ends."""
    return date.plus_days(duration.nanoseconds // DAY)


def between_moments(end: Date | DateTime, start: Date | DateTime) -> DaysTimeDuration | None:
    """The time between; a date counts as midnight UTC. Null between local and zoned."""
    if isinstance(end, Date) and isinstance(start, Date):
        return DaysTimeDuration((end.epoch_days - start.epoch_days) * DAY)
    first, last = _moment(start), _moment(end)
    if first.time.is_local is not last.time.is_local:
        return None
    return DaysTimeDuration(last.instant - first.instant)


def _moment(value: Date | DateTime) -> DateTime:
    return DateTime(value, MIDNIGHT_UTC) if isinstance(value, Date) else value


def between_times(end: Time, start: Time) -> DaysTimeDuration | None:
    """The time between two times of one day; null between local and zoned."""
    if end.is_local is not start.is_local:
        return None
    return DaysTimeDuration(end.instant - start.instant)


def days_time_times(duration: DaysTimeDuration, factor: Decimal) -> DaysTimeDuration | None:
    """The duration so many times, to the nanosecond."""
    length = _whole(CONTEXT.multiply(Decimal(duration.nanoseconds), factor))
    return None if length is None else DaysTimeDuration(length)


def days_time_over(duration: DaysTimeDuration, divisor: Decimal) -> DaysTimeDuration | None:
    """A share of the duration, to the nanosecond."""
    length = _whole(CONTEXT.divide(Decimal(duration.nanoseconds), divisor))
    return None if length is None else DaysTimeDuration(length)


def years_months_times(duration: YearsMonthsDuration, factor: Decimal) -> YearsMonthsDuration | None:
    """The duration so many times, in whole months."""
    months = _whole(CONTEXT.multiply(Decimal(duration.total_months), factor))
    return None if months is None else YearsMonthsDuration(months)


def years_months_over(duration: YearsMonthsDuration, divisor: Decimal) -> YearsMonthsDuration | None:
    """A share of the duration, in whole months."""
    months = _whole(CONTEXT.divide(Decimal(duration.total_months), divisor))
    return None if months is None else YearsMonthsDuration(months)


def _whole(length: Decimal) -> int | None:
    """Without the fraction; null beyond any calendar."""
    return int(length) if abs(length) < _LONGEST else None
