"""Times of the store are in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from dmnroute.errors import UsageError


def in_utc(time: datetime) -> datetime:
    """The same point in time in UTC. Raises UsageError `no_zone`."""
    if time.tzinfo is None:
        raise UsageError(f"time `{time.isoformat()}` has no zone", code="no_zone")
    return time.astimezone(UTC)
