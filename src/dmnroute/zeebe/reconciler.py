"""Close runs whose process instance has vanished: cancelled in Operate, or lost with a broker's data."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from dmnroute.router.router import Router
from dmnroute.routing.history import Hop
from dmnroute.routing.progress import wait_until
from dmnroute.routing.records import RunState, RunStatus
from dmnroute.zeebe.gateway import Gateway

log = logging.getLogger(__name__)

OPEN: tuple[RunStatus, ...] = ("running", "waiting", "escalated", "stopped")

GRACE = 30.0
"""Seconds past its deadline after which a run that says nothing is looked for."""
SILENCE = 300.0
"""Seconds after which a run without a deadline is looked for."""


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Asks the broker for the instances of runs that are silent too long."""

    router: Router
    gateway: Gateway
    grace: float = GRACE
    silence: float = SILENCE

    async def look(self) -> list[str]:
        """Close the runs that have vanished; answers their ids."""
        vanished = []
        for state in await self.router.store.states(statuses=OPEN):
            if await self._is_silent(state) and await self._has_vanished(state):
                await self.router.cancel(state.run.id)
                log.warning("run closed: its process instance is gone", extra={"run": state.run.id})
                vanished.append(state.run.id)
        return vanished

    async def _is_silent(self, state: RunState) -> bool:
        if state.run.process_instance is None:
            return False
        history = await self.router.store.history(state.run.id)
        due = _due(history.last) if history and history.last else None
        limit = state.updated + timedelta(seconds=self.silence) if due is None else due + timedelta(seconds=self.grace)
        return self.router.clock.now() >= limit

    async def _has_vanished(self, state: RunState) -> bool:
        assert state.run.process_instance is not None
        return not await self.gateway.is_there(state.run.process_instance)


def _due(hop: Hop) -> datetime | None:
    """When a hop is over at the latest; none when only people or a signal end it."""
    if hop.decision.plan.action == "dispatch":
        return max((step.deadline for step in hop.decision.plan.steps if step.deadline), default=None)
    return wait_until(hop)
