"""Close runs whose process instance has vanished: cancelled in Operate, or lost with a broker's data."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dmnroute.router.router import Router
from dmnroute.routing.history import Hop
from dmnroute.routing.progress import wait_until
from dmnroute.routing.records.run import RunState, RunStatus
from dmnroute.zeebe.contract import WAKE_MESSAGE
from dmnroute.zeebe.gateway import Gateway

log = logging.getLogger(__name__)

OPEN: tuple[RunStatus, ...] = ("running", "waiting", "escalated", "stopped")

EVERY = 30.0
"""Seconds between two looks."""
SILENCE = 10
"""So many looks a run without a deadline may be silent until it is looked for; so many pass until it is once more."""


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Asks the broker for the instances of runs that are silent too long."""

    router: Router
    gateway: Gateway
    every: float = EVERY
    """Seconds between two looks, and past its deadline after which a run that says nothing is looked for."""
    _next: dict[str, tuple[datetime, datetime]] = field(default_factory=dict, init=False)
    """When each run was heard of last, and when it is looked for if it stays silent."""

    async def look(self) -> list[str]:
        """Wake runs that nothing holds any more, and close those that have vanished; answers their ids."""
        for state in await self.router.pausing.free():
            if state.run.process_instance is not None:
                await self.gateway.publish(WAKE_MESSAGE, state.run.id)
        states = [state for state in await self.router.store.states(statuses=OPEN) if state.run.process_instance]
        self._forget_all_but({state.run.id for state in states})
        vanished = []
        for state in states:
            if self.router.clock.now() >= await self._when(state) and await self._has_vanished(state):
                await self.router.controls.close(state.run.id)
                log.warning("run closed: its process instance is gone", extra={"run": state.run.id})
                vanished.append(state.run.id)
        return vanished

    async def _when(self, state: RunState) -> datetime:
        heard, when = self._next.get(state.run.id, (None, state.updated))
        if heard != state.updated:
            history = await self.router.store.history(state.run.id)
            due = _due(history.last) if history and history.last else None
            when = due + self._looks(1) if due else state.updated + self._looks(SILENCE)
            self._next[state.run.id] = state.updated, when
        return when

    async def _has_vanished(self, state: RunState) -> bool:
        assert state.run.process_instance is not None
        if not await self.gateway.is_there(state.run.process_instance):
            return True
        # A run may wait for days, and each question is a write for the broker.
        self._next[state.run.id] = state.updated, self.router.clock.now() + self._looks(SILENCE)
        return False

    def _looks(self, number: int) -> timedelta:
        return timedelta(seconds=self.every * number)

    def _forget_all_but(self, open_runs: set[str]) -> None:
        for run in self._next.keys() - open_runs:
            del self._next[run]


def _due(hop: Hop) -> datetime | None:
    """When a hop is over at the latest; none when only people or a signal end it."""
    if hop.decision.plan.action == "dispatch":
        return max((step.deadline for step in hop.decision.plan.steps if step.deadline), default=None)
    return wait_until(hop)
