"""Run the steps of agents: one job type per agent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pyzeebe import Job

from dmnroute.agents.execute import StepRunner
from dmnroute.agents.registry import describe
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.zeebe.gateway import Gateway
from dmnroute.zeebe.incident import Incident
from dmnroute.zeebe.lease import kept
from dmnroute.zeebe.wire import outcome_to_wire

STEP_VARIABLES = ["step"]


class StepVariable(BaseModel):
    """The variable `step`, as processes give it: ours, or one that an analyst modelled, with `input` alone."""

    model_config = ConfigDict(extra="ignore")

    id: str | None = None
    run: str = ""
    tenant: str = "default"
    agent: str = ""
    type: str = ""
    input: dict[str, Any] | None = None
    input_ref: str | None = None
    attempt: int = 1
    retries: int = 0
    timeout: Decimal | None = None
    deadline: datetime | None = None
    max_cost: Decimal | None = None
    max_output: int = 65_536


@dataclass(frozen=True, slots=True)
class AgentWorker:
    """Handles jobs of type `agent.<name>`."""

    runner: StepRunner
    gateway: Gateway
    store: Store | None
    """Where outcomes are kept before the job is completed, so that a redelivered step isn't run again."""
    job_timeout: float

    async def handle(self, job: Job) -> Mapping[str, Any]:
        """The outcome of the job's step.

        Raises:
            Incident: the job has no step that can be read, or its input can't be found.
        """
        given = _read(job)
        found = await self.store.step(given.id) if self.store is not None and given.id is not None else None
        step, outcome = found or (_unplanned(job, given), None)
        if outcome is None:
            async with kept(job.key, self.gateway, seconds=self.job_timeout):
                outcome = await self._done(step)
            outcome = await self._keep(step, outcome)
        wire = outcome_to_wire(outcome, max_output=step.max_output, stored=self.store is not None)
        return {"outcome": wire}

    async def _done(self, step: PlannedStep) -> Outcome:
        left = None
        if step.deadline is not None:
            left = max(seconds_between(self.runner.clock.now(), step.deadline), Decimal(0))
        return await self.runner.run(step, timeout=left)

    async def _keep(self, step: PlannedStep, outcome: Outcome) -> Outcome:
        """Record the outcome; when somebody was faster, theirs is the outcome."""
        if self.store is None or await self.store.record(outcome, at=self.runner.clock.now()):
            return outcome
        known = await self.store.step(step.id)
        return outcome if known is None else known[1] or outcome


def _unplanned(job: Job, given: StepVariable) -> PlannedStep:
    """A step that no router of ours has planned in this store: all that is known of it is what the job says."""
    if given.input_ref is not None:
        raise Incident(
            f"step `{given.id}`: its input is in the store under `{given.input_ref}`, and this worker finds it not"
            "\nhint: start the worker with the router's `DMNROUTE_STORE`"
        )
    name = job.type.removeprefix("agent.")
    return PlannedStep(
        id=given.id or str(job.key),
        run=given.run or str(job.process_instance_key),
        tenant=given.tenant,
        agent=given.agent or name,
        type=job.type,
        input=given.input or {},
        attempt=given.attempt,
        retries=given.retries,
        timeout=given.timeout,
        deadline=given.deadline,
        max_cost=given.max_cost,
        max_output=given.max_output,
    )


def _read(job: Job) -> StepVariable:
    try:
        return StepVariable.model_validate(job.variables.get("step") or {})
    except ValidationError as error:
        raise Incident(f"the variable `step` can't be read: {describe(error)}") from error
