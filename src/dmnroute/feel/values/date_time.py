"""Dates, times of day, and both together (DMN 10.3.2.3.4, 10.3.2.3.5).

Own types, because FEEL goes beyond Python's: years up to ±999,999,999, nanoseconds, and a zone id beside an offset.
Python's `==` on them means "the same in every element" (FEEL's `is`); FEEL's `=` compares instants.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dmnroute.feel.values.calendar import (
    DAY,
    MAX_YEAR,
    SECOND,
    date_of_days,
    days_of_date,
    days_of_month,
    offset_of_instant,
    offset_of_local,
    standard_offset,
)
from dmnroute.feel.values.duration import fraction_text


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the proleptic Gregorian calendar."""

    year: int
    month: int
    day: int

    @property
    def epoch_days(self) -> int:
        """Days since 1970-01-01."""
        return days_of_date(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        """1 for Monday to 7 for Sunday."""
        return (self.epoch_days + 3) % 7 + 1

    def plus_months(self, months: int) -> Date | None:
        """The same day of another month, or that month's last day."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        if abs(year) > MAX_YEAR:
            return None
        return Date(year, month + 1, min(self.day, days_of_month(year, month + 1)))

    def plus_days(self, days: int) -> Date | None:
        """The day so many days later; null beyond the years that FEEL knows."""
        return date_of(self.epoch_days + days)

    @property
    def iso(self) -> str:
        """The text in ISO 8601."""
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"

    def __str__(self) -> str:
        """The FEEL literal."""
        return f'@"{self.iso}"'


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day: local, at an offset from UTC, or in a zone."""

    hour: int
    minute: int
    second: int
    nanosecond: int = 0
    offset: int | None = None
    """Seconds east of UTC."""
    zone: str = ""
    """IANA name; then there is no `offset`."""

    @property
    def is_local(self) -> bool:
        """Tell whether it has neither offset nor zone."""
        return self.offset is None and not self.zone

    @property
    def nanoseconds(self) -> int:
        """Nanoseconds since midnight, by the clock on the wall."""
        return (self.hour * 3600 + self.minute * 60 + self.second) * SECOND + self.nanosecond

    @property
    def utc_offset(self) -> int | None:
        """Seconds east of UTC; a zone counts with its standard offset, as there is no date."""
        return standard_offset(self.zone) if self.zone else self.offset

    @property
    def instant(self) -> int:
        """Nanoseconds since midnight UTC; of a local time, since its own midnight."""
        return self.nanoseconds - (self.utc_offset or 0) * SECOND

    def at(self, nanoseconds: int) -> Time:
        """The time of day so many nanoseconds after midnight, with the same offset or zone."""
        seconds, nanosecond = divmod(nanoseconds % DAY, SECOND)
        return replace(
            self,
            hour=seconds // 3600,
            minute=seconds // 60 % 60,
            second=seconds % 60,
            nanosecond=nanosecond,
        )

    @property
    def iso(self) -> str:
        """The text in ISO 8601; a zone as `@Europe/Berlin`."""
        clock = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}{fraction_text(self.nanosecond)}"
        return clock + (f"@{self.zone}" if self.zone else offset_text(self.offset))

    def __str__(self) -> str:
        """The FEEL literal."""
        return f'@"{self.iso}"'


@dataclass(frozen=True, slots=True)
class DateTime:
    """A day and a time of that day."""

    date: Date
    time: Time

    @property
    def utc_offset(self) -> int | None:
        """Seconds east of UTC on that day; null when local."""
        if self.time.zone:
            return offset_of_local(self.time.zone, self.date.epoch_days, self.time.nanoseconds)
        return self.time.offset

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z; of a local one, by its own clock."""
        return self.date.epoch_days * DAY + self.time.nanoseconds - (self.utc_offset or 0) * SECOND

    def plus_nanoseconds(self, nanoseconds: int) -> DateTime | None:
        """So much elapsed time later, seen in the same zone."""
        instant = self.instant + nanoseconds
        offset = offset_of_instant(self.time.zone, instant) if self.time.zone else self.time.offset
        days, clock = divmod(instant + (offset or 0) * SECOND, DAY)
        date = date_of(days)
        return DateTime(date, self.time.at(clock)) if date else None

    def plus_months(self, months: int) -> DateTime | None:
        """The same time on the same day of another month."""
        date = self.date.plus_months(months)
        return DateTime(date, self.time).on_the_clock() if date else None

    def on_the_clock(self) -> DateTime | None:
        """The same, but a time that a change to daylight saving leaves out is moved by what the clock is moved."""
        return self.plus_nanoseconds(0) if self.time.zone else self

    @property
    def iso(self) -> str:
        """The text in ISO 8601."""
        return f"{self.date.iso}T{self.time.iso}"

    def __str__(self) -> str:
        """The FEEL literal."""
        return f'@"{self.iso}"'


MIDNIGHT = Time(0, 0, 0)
MIDNIGHT_UTC = Time(0, 0, 0, offset=0)


def date_of(epoch_days: int) -> Date | None:
    """The date so many days after 1970-01-01; null beyond the years that FEEL knows."""
    date = Date(*date_of_days(epoch_days))
    return date if abs(date.year) <= MAX_YEAR else None


def offset_text(offset: int | None) -> str:
    """`Z`, `+01:00`, or nothing for local times."""
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    hours, rest = divmod(abs(offset), 3600)
    seconds = f":{rest % 60:02d}" if rest % 60 else ""
    return f"{'-' if offset < 0 else '+'}{hours:02d}:{rest // 60:02d}{seconds}"
