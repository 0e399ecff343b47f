"""What a person or an event said to a run from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dmnroute.routing.records.base import Record


class Signal(Record):
    """Something that a person or an event said to a run from outside."""

    run: str
    number: int
    """Counted from 1 in each run, in the order of arrival."""
    name: str
    payload: Any = None
    at: datetime
