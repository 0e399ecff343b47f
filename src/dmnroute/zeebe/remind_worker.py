"""Remind people: jobs that come while a question is open, each time its timer rings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pyzeebe import Job

from dmnroute.agents.holding import holds_over
from dmnroute.router.router import Router
from dmnroute.routing.history import History
from dmnroute.routing.records.step import PlannedStep
from dmnroute.routing.reminders import REMINDER, due_reminders, reminded
from dmnroute.zeebe.wire import arrived_outcome, step_to_wire

REMIND_VARIABLES = ["runId", "step", "outcome"]

SKEW = timedelta(seconds=1)
"""What the clocks of broker and router may differ: a timer that rings a little early rings in time."""


@dataclass(frozen=True, slots=True)
class RemindWorker:
    """Handles jobs of type `dmnroute.remind`."""

    router: Router

    async def handle(self, job: Job) -> Mapping[str, Any]:
        """The next step that reminds, as its agent gets it; null when nobody has to be reminded (any more)."""
        await self._keep(job.variables)
        history = await self.router.store.history(str(job.variables.get("runId")))
        for step in await self._due(history) if history else ():
            if step.type != REMINDER:
                return {"step": step_to_wire(step, by_reference=False)}
            await self.router.record(reminded(step))
        return {"step": None}

    async def _due(self, history: History) -> list[PlannedStep]:
        """The reminders whose time has come; of a run that is paused none, they are sent when it goes on."""
        run, store = history.run, self.router.store
        holds = await holds_over(store, run.id, run.tenant, since=run.started)
        now = holds.timers(history, self.router.clock.now())
        return [] if holds.pause else due_reminders(history, now=now + SKEW)

    async def _keep(self, variables: Mapping[str, Any]) -> None:
        """Keep what came of the step before; workers that share the store have done it themselves."""
        sent = variables.get("step")
        found = await self.router.store.step(sent["id"]) if isinstance(sent, dict) else None
        if found is not None:
            step, outcome = found
            if outcome is None:
                await self.router.record(arrived_outcome(step, variables.get("outcome")))
