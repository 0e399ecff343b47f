"""Points in time that tables name, as Python knows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dmnroute.feel.values.date_time import MIDNIGHT_UTC, DateTime
from dmnroute.feel.values.iso import date_of_text, date_time_of_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of_text(text: str) -> datetime | None:
    """The instant of an ISO text, in UTC; null when it is none, or lies beyond the years that Python knows.

    A time without offset or zone is UTC, as all times of a run are; a date alone is its midnight.
    """
    date = date_of_text(text)
    found = date_time_of_text(text) if date is None else DateTime(date, MIDNIGHT_UTC)
    try:
        return None if found is None else EPOCH + timedelta(microseconds=found.instant // 1000)
    except OverflowError:
        return None
