"""Properties of dates, times, durations and ranges (DMN 10.3.2.3, table 65)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from dmnroute.feel.values.calendar import SECOND
from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.range import Range

Properties = Mapping[str, Callable[[Any], object]]


def _offset(value: Time | DateTime) -> DaysTimeDuration | None:
    offset = value.utc_offset
    return None if offset is None else DaysTimeDuration(offset * SECOND)


_DATE: Properties = {
    "year": lambda date: Decimal(date.year),
    "month": lambda date: Decimal(date.month),
    "day": lambda date: Decimal(date.day),
    "weekday": lambda date: Decimal(date.weekday),
}
_TIME: Properties = {
    "hour": lambda time: Decimal(time.hour),
    "minute": lambda time: Decimal(time.minute),
    "second": lambda time: Decimal(time.second),
    "time offset": _offset,
    "timezone": lambda time: time.zone or None,
}
_DATE_TIME: Properties = {
    "year": lambda moment: Decimal(moment.date.year),
    "month": lambda moment: Decimal(moment.date.month),
    "day": lambda moment: Decimal(moment.date.day),
    "weekday": lambda moment: Decimal(moment.date.weekday),
    "hour": lambda moment: Decimal(moment.time.hour),
    "minute": lambda moment: Decimal(moment.time.minute),
    "second": lambda moment: Decimal(moment.time.second),
    "time offset": _offset,
    "timezone": lambda moment: moment.time.zone or None,
}
_DAYS_TIME: Properties = {
    "days": lambda duration: Decimal(duration.days),
    "hours": lambda duration: Decimal(duration.hours),
    "minutes": lambda duration: Decimal(duration.minutes),
    "seconds": lambda duration: duration.seconds,
}
_YEARS_MONTHS: Properties = {
    "years": lambda duration: Decimal(duration.years),
    "months": lambda duration: Decimal(duration.months),
}
_RANGE: Properties = {
    "start": lambda range_: range_.start,
    "end": lambda range_: range_.end,
    "start included": lambda range_: range_.start_included,
    "end included": lambda range_: range_.end_included,
}

PROPERTIES: Mapping[type, Properties] = {
    Date: _DATE,
    Time: _TIME,
    DateTime: _DATE_TIME,
    DaysTimeDuration: _DAYS_TIME,
    YearsMonthsDuration: _YEARS_MONTHS,
    Range: _RANGE,
}
