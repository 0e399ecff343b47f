"""What a person asked of a run, beside its tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias

from dmnroute.routing.records.base import Record

ControlKind: TypeAlias = Literal[
    "facts", "force", "forbid", "allow", "policy", "result", "skip", "cancel_step", "cancel", "input"
]


class Control(Record):
    """Something that a person asked of a run, beside its tables: to be seen, explained and replayed as they did it."""

    run: str
    number: int
    """Counted from 1 in each run, in the order of arrival."""
    kind: ControlKind
    data: dict[str, Any] = {}
    """What the kind needs: an agent, a step, facts."""
    who: str
    why: str | None = None
    at: datetime
    key: str | None = None
    """The same key is the same control."""
