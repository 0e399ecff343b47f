"""Read dates, times and durations from their ISO 8601 texts, as FEEL restricts them (DMN 10.3.4.1)."""

from __future__ import annotations

import re

from dmnroute.feel.values.calendar import MAX_YEAR, SECOND, days_of_month, zone
from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration

Temporal = Date | Time | DateTime | DaysTimeDuration | YearsMonthsDuration

_DATE = re.compile(r"(-?)([0-9]{4}|[1-9][0-9]{4,8})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,30}))?)?"
    r"(?:(Z|z)|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@([A-Za-z0-9_+/-]{1,64}))?"
)
_YEARS_MONTHS = re.compile(r"(-?)P(?=[0-9])(?:([0-9]{1,18})Y)?(?:([0-9]{1,18})M)?")
_DAYS_TIME = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]{1,18})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,18})H)?(?:([0-9]{1,18})M)?(?:([0-9]{1,18})(?:\.([0-9]{0,30}))?S)?)?"
)
_SIGN = "-?[0-9]{1,18}"
_SIGNED_YEARS_MONTHS = re.compile(rf"(-?)P(?=[-0-9])(?:({_SIGN})Y)?(?:({_SIGN})M)?")
_SIGNED_DAYS_TIME = re.compile(
    rf"(-?)P(?=[-0-9T])(?:({_SIGN})D)?"
    rf"(?:T(?=[-0-9])(?:({_SIGN})H)?(?:({_SIGN})M)?(?:({_SIGN})(?:[.,]([0-9]{{0,9}}))?S)?)?"
)
_MIDNIGHT_24 = re.compile(r"24:00:00(\.0+)?(?![0-9.])")
_LARGEST_OFFSET = 18 * 3600


def date_of_text(text: str) -> Date | None:
    """`2024-02-29`."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    sign, year, month, day = match.groups()
    return valid_date(int(sign + year), int(month), int(day))


def valid_date(year: int, month: int, day: int) -> Date | None:
    """The date, if the calendar has it."""
    if abs(year) > MAX_YEAR or not 1 <= month <= 12 or not 1 <= day <= days_of_month(year, month):
        return None
    return Date(year, month, day)


def time_of_text(text: str, *, camunda: bool = False) -> Time | None:
    """`10:30:00`, `10:30:00Z`, `10:30:00.5+01:00`, `10:30:00@Europe/Berlin`; Camunda's are a little looser."""
    match = _TIME.fullmatch(_as_java_reads(text) if camunda else text)
    if match is None or (match[3] is None and not camunda):
        return None
    nanosecond = int((match[4] or "")[:9].ljust(9, "0"))
    offset = _offset(match)
    if offset is not None and abs(offset) > _LARGEST_OFFSET:
        return None
    zone_id = match[10] or ""
    if zone_id and zone(zone_id) is None:
        return None
    return valid_time(int(match[1]), int(match[2]), int(match[3] or 0), nanosecond, offset, zone_id)


def _as_java_reads(text: str) -> str:
    """Camunda takes `T10:00:00` and `24:00:00`; no `z`, no seconds of an offset, no digits beyond nanoseconds."""
    text = text.removeprefix("T")
    if _MIDNIGHT_24.match(text):
        text = "00" + text[2:]
    return "" if _NOT_IN_JAVA.search(text) else text


_NOT_IN_JAVA = re.compile(r"\.[0-9]{10}|z$|[+-][0-9]{2}:[0-9]{2}:")


def _offset(match: re.Match[str]) -> int | None:
    if match[5]:
        return 0
    if not match[6]:
        return None
    if int(match[8]) > 59 or int(match[9] or 0) > 59:
        return _LARGEST_OFFSET + 1
    seconds = int(match[7]) * 3600 + int(match[8]) * 60 + int(match[9] or 0)
    return -seconds if match[6] == "-" else seconds


def valid_time(
    hour: int, minute: int, second: int, nanosecond: int = 0, offset: int | None = None, zone_id: str = ""
) -> Time | None:
    """The time of day, if a clock can show it."""
    if not (0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 59):
        return None
    return Time(hour, minute, second, nanosecond, offset, zone_id)


def date_time_of_text(text: str, *, camunda: bool = False) -> DateTime | None:
    """`2024-02-29T10:30:00Z`. Hour 24 is midnight of the next day, but not in Camunda."""
    day, separator, clock = text.partition("T")
    date = date_of_text(day)
    if date is None or not separator:
        return None
    if _MIDNIGHT_24.match(clock):
        if camunda:
            return None
        date, clock = date.plus_days(1), "00" + clock[2:]
    time = None if clock.startswith("T") else time_of_text(clock, camunda=camunda)
    return DateTime(date, time).on_the_clock() if date and time else None


def duration_of_text(text: str, *, camunda: bool = False) -> DaysTimeDuration | YearsMonthsDuration | None:
    """`P1Y2M` or `P1DT2H3M4.5S`; the two kinds can't be mixed. In Camunda each part may be negative."""
    match = (_SIGNED_YEARS_MONTHS if camunda else _YEARS_MONTHS).fullmatch(text)
    if match is not None:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonthsDuration(-months if match[1] else months)
    match = (_SIGNED_DAYS_TIME if camunda else _DAYS_TIME).fullmatch(text)
    return None if match is None else _days_time_duration(match)


def _days_time_duration(match: re.Match[str]) -> DaysTimeDuration:
    days, hours, minutes = (int(match[group] or 0) for group in (2, 3, 4))
    fraction = int((match[6] or "")[:9].ljust(9, "0"))
    seconds = match[5] or "0"
    length = ((days * 24 + hours) * 60 + minutes) * 60 * SECOND + int(seconds) * SECOND
    length += -fraction if seconds.startswith("-") else fraction
    return DaysTimeDuration(-length if match[1] else length)


def temporal_of_text(text: str, *, camunda: bool = False) -> Temporal | None:
    """What an `@"…"` literal means: the kind is seen from the text."""
    return (
        date_of_text(text)
        or time_of_text(text, camunda=camunda)
        or date_time_of_text(text, camunda=camunda)
        or duration_of_text(text, camunda=camunda)
    )
