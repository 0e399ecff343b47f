"""The proleptic Gregorian calendar for any year, and the offsets of time zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = 1_000_000_000
"""Nanoseconds."""
DAY = 86_400 * SECOND
MAX_YEAR = 999_999_999

_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap(year: int) -> bool:
    """Tell whether the year has a 29th of February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_of_month(year: int, month: int) -> int:
    """The number of days of the month."""
    return 29 if month == 2 and is_leap(year) else _MONTH_DAYS[month - 1]


def days_of_date(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01. Years start in March here, so the leap day is the last of its year."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def date_of_days(days: int) -> tuple[int, int, int]:
    """Year, month and day of a count of days since 1970-01-01."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return era * 400 + year_of_era + (month <= 2), month, day


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name, or null when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


@lru_cache(maxsize=256)
def standard_offset(name: str) -> int:
    """Seconds east of UTC without daylight saving: the offset of a time of day, which has no date."""
    moment = datetime(2024, 1, 1, tzinfo=zone(name))
    return _seconds((moment.utcoffset() or timedelta()) - (moment.dst() or timedelta()))


def offset_of_local(name: str, days: int, nanoseconds: int) -> int:
    """Seconds east of UTC that the zone has at a local day and time of day."""
    moment = _moment(days, nanoseconds).replace(tzinfo=zone(name))
    return _seconds(moment.utcoffset() or timedelta())


def offset_of_instant(name: str, instant: int) -> int:
    """Seconds east of UTC that the zone has at an instant, in nanoseconds since 1970-01-01T00:00:00Z."""
    moment = _moment(*divmod(instant, DAY)).replace(tzinfo=UTC)
    return _seconds(moment.astimezone(zone(name)).utcoffset() or timedelta())


def _moment(days: int, nanoseconds: int) -> datetime:
    """The naive moment; years that Python lacks are moved by whole cycles of 400 years."""
    year, month, day = date_of_days(days)
    if not 2 <= year <= 9998:
        year = 2000 + year % 400
    return datetime(year, month, day) + timedelta(seconds=nanoseconds // SECOND)  # noqa: DTZ001 -- local


def _seconds(delta: timedelta) -> int:
    return delta.days * 86_400 + delta.seconds
