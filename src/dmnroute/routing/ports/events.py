"""What happened, told in order to whoever follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

EventKind = Literal[
    "run_started",
    "run_imported",
    "hop_decided",
    "step_ended",
    "signal_received",
    "control_received",
    "run_stopped",
    "run_retried",
    "run_ended",
    "budget_refused",
    "budget_warned",
    "budget_exceeded",
    "policy_changed",
    "policy_refused",
    "policy_transition",
    "breaker_opened",
    "breaker_half_opened",
    "breaker_closed",
    "paused",
    "resumed",
    "run_held",
    "run_released",
]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in the order in which it was committed. Events are only ever added."""

    number: int
    """They grow, and some may be left out: one that is read later is never smaller than one that was read before."""
    at: datetime
    kind: EventKind
    run: str | None
    data: dict[str, Any]


class EventStore(Protocol):
    """Everything that happened, in order."""

    async def tell(self, kind: EventKind, data: dict[str, Any], *, at: datetime, run: str | None = None) -> None:
        """Add an event that belongs to no other write."""
        ...

    async def events(self, *, after: int = 0, run: str | None = None, limit: int = 1000) -> list[Event]:
        """Events with a greater number than `after`, in order."""
        ...
