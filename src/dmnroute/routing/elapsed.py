"""The time between two moments, as tables and limits count it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal


def seconds_between(earlier: datetime, later: datetime) -> Decimal:
    """Seconds, exact to the microsecond."""
    elapsed = later - earlier
    return Decimal(elapsed.days * 86_400 + elapsed.seconds) + Decimal(elapsed.microseconds).scaleb(-6)
