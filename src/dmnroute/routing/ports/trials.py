"""The runs that a canary is judged by."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from dmnroute.routing.records.run import Run, RunStatus


class TrialRun(NamedTuple):
    """A run as far as a canary's guard looks at it."""

    run: Run
    status: RunStatus
    hop: int
    cost: Decimal
    updated: datetime
    escalated: bool
    """Whether it has asked people."""


class TrialStore(Protocol):
    """What is known of a policy's runs while a version is tried."""

    async def trial_runs(self, policy: str, *, since: datetime, limit: int) -> list[TrialRun]:
        """The runs started since a moment, the latest `limit` of them, in no order."""
        ...
