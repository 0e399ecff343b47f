"""Moments that people give on the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dmnroute.errors import UsageError

_AGO = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str) -> datetime:
    """The moment of a text in ISO 8601; without an offset it is UTC. Raises UsageError (`bad_input`)."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        hint = "as in 2026-07-01T12:00:00Z"
        raise UsageError(f"`{text}` is no date and time in ISO 8601", code="bad_input", hint=hint) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def moment_or_ago(text: str, *, now: datetime) -> datetime:
    """A moment, or how long ago it is: ``7d``, ``12h``, ``30m``. Raises UsageError (`bad_input`)."""
    ago = _AGO.fullmatch(text)
    if ago:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        return moment(text)
    except UsageError as error:
        hint = "as in 7d, 12h, 30m, or 2026-07-01T12:00:00Z"
        raise UsageError(f"`{text}` is no moment", code="bad_input", hint=hint) from error
