"""The two kinds of duration (DMN 10.3.2.3.6, 10.3.2.3.7)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dmnroute.feel.values.calendar import DAY, SECOND
from dmnroute.feel.values.number import CONTEXT

_HOUR = 3600 * SECOND
_MINUTE = 60 * SECOND


@dataclass(frozen=True, slots=True, order=True)
class DaysTimeDuration:
    """A length of time in nanoseconds; negative ones go back in time."""

    nanoseconds: int

    @property
    def days(self) -> int:
        """Whole days, with the sign of the duration."""
        return self._part(DAY)

    @property
    def hours(self) -> int:
        """Whole hours beyond the days."""
        return self._part(_HOUR, DAY)

    @property
    def minutes(self) -> int:
        """Whole minutes beyond the hours."""
        return self._part(_MINUTE, _HOUR)

    @property
    def seconds(self) -> Decimal:
        """Seconds beyond the minutes, with their fraction."""
        return CONTEXT.normalize(CONTEXT.scaleb(Decimal(self._part(1, _MINUTE)), -9))

    def _part(self, unit: int, within: int | None = None) -> int:
        length = abs(self.nanoseconds)
        size = (length % within if within else length) // unit
        return -size if self.nanoseconds < 0 else size

    @property
    def iso(self) -> str:
        """The text in ISO 8601, in the largest units: `P1DT2H`, `PT0S`."""
        length = abs(self.nanoseconds)
        days, length = divmod(length, DAY)
        hours, length = divmod(length, _HOUR)
        minutes, length = divmod(length, _MINUTE)
        seconds, fraction = divmod(length, SECOND)
        rest = f"{seconds}{fraction_text(fraction)}" if seconds or fraction else ""
        time = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if n)
        text = (f"{days}D" if days else "") + (f"T{time}" if time else "")
        return f"{'-' if self.nanoseconds < 0 else ''}P{text or 'T0S'}"

    def __str__(self) -> str:
        """The FEEL literal."""
        return f'@"{self.iso}"'


@dataclass(frozen=True, slots=True, order=True)
class YearsMonthsDuration:
    """A length of time in months."""

    total_months: int

    @property
    def years(self) -> int:
        """Whole years, with the sign of the duration."""
        years = abs(self.total_months) // 12
        return -years if self.total_months < 0 else years

    @property
    def months(self) -> int:
        """Months beyond the years."""
        months = abs(self.total_months) % 12
        return -months if self.total_months < 0 else months

    @property
    def iso(self) -> str:
        """The text in ISO 8601: `P1Y2M`, `P0M`."""
        years, months = divmod(abs(self.total_months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return f"{'-' if self.total_months < 0 else ''}P{text}"

    def __str__(self) -> str:
        """The FEEL literal."""
        return f'@"{self.iso}"'


def fraction_text(nanoseconds: int) -> str:
    """The fraction of a second as it is written: `.5`, or nothing."""
    return f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""
