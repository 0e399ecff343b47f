"""Answer join jobs: after each outcome of a hop whose join is a condition, the broker asks whether that is enough.

The broker can't evaluate a text that came with the run; and so the condition means the same on every engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict
from pyzeebe import Job

from dmnroute.router.children import outcome_of_child
from dmnroute.router.router import Router
from dmnroute.routing.join import join_end
from dmnroute.routing.records.step import PlannedStep
from dmnroute.zeebe.wire import arrived_outcome


class JoinJob(BaseModel):
    """The variables of a join job."""

    model_config = ConfigDict(extra="ignore")

    step: dict[str, Any]
    outcome: dict[str, Any] | None = None


JOIN_VARIABLES = list(JoinJob.model_fields)


@dataclass(frozen=True, slots=True)
class JoinWorker:
    """Handles jobs of type `dmnroute.join`."""

    router: Router

    async def handle(self, job: Job) -> Mapping[str, Any]:
        """Keeps the outcome, and says whether the hop has enough."""
        asked = JoinJob.model_validate(dict(job.variables))
        step = await self._planned(str(asked.step.get("id")))
        if step is None:
            return {"enough": True}  # the run is gone, or its store is a younger copy: nothing is waited for
        outcome = arrived_outcome(step, asked.outcome)
        if step.child_policy is not None:
            outcome = await outcome_of_child(step, self.router.store) or outcome
        await self.router.record(outcome)
        return {"enough": await self._is_enough(step)}

    async def _planned(self, step: str) -> PlannedStep | None:
        found = await self.router.store.step(step)
        return None if found is None else found[0]

    async def _is_enough(self, step: PlannedStep) -> bool:
        """Of those who ask at the same time, the last to keep its outcome sees all of them."""
        history = await self.router.store.history(step.run)
        hop = history.last if history else None
        if hop is None or step.id not in {each.id for each in hop.decision.plan.steps}:
            return True  # the hop is over
        return join_end(hop.decision.plan, hop.ordered()) is not None
