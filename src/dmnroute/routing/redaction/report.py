"""What a file says about its own redaction: which fields, how often, by which rules; never a value."""

from __future__ import annotations

from pydantic import Field

from dmnroute.routing.records.base import Record


class Redaction(Record):
    """What was replaced in a file of runs."""

    redact: tuple[str, ...] = ()
    """Names, paths and patterns that were asked to be replaced, beside the default."""
    keep: tuple[str, ...] = ()
    """Names and paths that were asked to stay as they were."""
    fields: dict[str, int] = Field({})
    """Path of a field → how many values in it were replaced."""
    values: int = 0
    """Different values that were replaced: equal ones have equal placeholders."""
