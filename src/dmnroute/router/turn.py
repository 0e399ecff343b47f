"""What a run's engine has to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dmnroute.routing.history import History, Hop
from dmnroute.routing.pauses import Pause
from dmnroute.routing.records.hop import Action
from dmnroute.routing.records.run import ENDED, RunStatus, Stop

STATUS_AFTER: Mapping[Action, RunStatus] = {
    "dispatch": "running",
    "wait": "waiting",
    "escalate": "escalated",
    "complete": "completed",
    "fail": "failed",
    "cancel": "cancelled",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a run stands after the router looked at it."""

    history: History
    status: RunStatus
    stop: Stop | None = None
    result: object = None
    pause: Pause | None = None
    """What keeps it from going on."""
    new: bool = False
    """Whether this very look decided the latest hop."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ENDED

    @property
    def hop(self) -> Hop:
        """The latest hop; only a run that goes on is sure to have one."""
        assert self.history.last is not None
        return self.history.last
