"""Moments that people give on the command line."""

from __future__ import annotations

from datetime import UTC, datetime

from dmnroute.errors import UsageError


def moment(text: str) -> datetime:
    """The moment of a text in ISO 8601; without an offset it is UTC. Raises UsageError (`bad_input`)."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        hint = "as in 2026-07-01T12:00:00Z"
        raise UsageError(f"`{text}` is no date and time in ISO 8601", code="bad_input", hint=hint) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
