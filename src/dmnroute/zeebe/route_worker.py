"""Answer route jobs: bind the run, take outcomes in, decide, complete the job with the route."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError
from pyzeebe import Job

from dmnroute.agents.holding import timers_now
from dmnroute.agents.registry import describe
from dmnroute.errors import OperatorError, TableError, UsageError
from dmnroute.router.children import outcome_of_child, start_child
from dmnroute.router.router import Router
from dmnroute.router.turn import Turn
from dmnroute.routing.history import History, Hop
from dmnroute.routing.pauses import held_until
from dmnroute.routing.records.run import ENDED, Limits, Run, RunState
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.zeebe.incident import Incident
from dmnroute.zeebe.wire import RouteJob, arrived_outcomes, ended_variables, held_variables, route_variables, timers_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RouteWorker:
    """Handles jobs of type `dmnroute.route`."""

    router: Router
    limits: Limits
    """Of every run: never taken from start variables."""
    by_reference: bool = True
    """Whether the agents share the store, so that large inputs needn't travel."""

    async def handle(self, job: Job) -> Mapping[str, Any]:
        """The variables to complete the job with.

        Raises:
            Incident: the run can't go on until somebody acts; the message says who, and how.
            OperatorError: the store is away.
        """
        try:
            return await self._answered(job, _read(job))
        except (TableError, UsageError) as error:
            raise Incident(str(error)) from error
        except OperatorError as error:
            if error.code == "store_behind":
                raise Incident(str(error)) from error
            raise  # the store is away: the job is put off

    async def _answered(self, job: Job, asked: RouteJob) -> Mapping[str, Any]:
        state = await self._bound(job, asked)
        if state.status in ENDED:
            return ended_variables(state.status, state.result, hop=state.hop)
        turn = await self._turn(job, asked, state)
        return await self._answer(turn, hop=_hop_asked(asked, state))

    async def _turn(self, job: Job, asked: RouteJob, state: RunState) -> Turn:
        return await self.router.route(
            state.run.id,
            hop=_hop_asked(asked, state),
            arriving=partial(self._arrived, asked),
            known=state,
            element_instance=str(job.element_instance_key),
            # A job that failed for good comes again only when somebody resolved its incident.
            retry=True,
        )

    async def _arrived(self, asked: RouteJob, history: History) -> list[Outcome]:
        """What the job brings for the latest hop; of child runs, what the store knows of them."""
        hop = history.last
        if hop is None or asked.hop != hop.decision.hop:
            return []
        now = self.router.clock.now()
        children = {
            step.id: outcome
            for step in hop.decision.plan.steps
            if step.child_policy is not None and (outcome := await outcome_of_child(step, self.router.store))
        }
        return [
            children.get(outcome.step, outcome)
            for outcome in arrived_outcomes(asked, hop, self.router.catalogue, now=now)
        ]

    async def _answer(self, turn: Turn, *, hop: int) -> Mapping[str, Any]:
        if turn.pause is not None:
            until = held_until(turn.history, turn.pause)
            return held_variables(turn.pause, until, hop=hop - 1, now=self.router.clock.now())
        if turn.stop is not None and turn.status == "stopped":
            raise Incident(turn.stop.message)
        decided = turn.history.hops
        if hop < len(decided):
            return await self._route(decided[hop - 1])
        # The latest hop; where another one was asked for, a spurious wake: the same wait once more.
        variables = await self._route(turn.hop)
        if turn.hop.decision.plan.action in ("wait", "escalate"):
            variables["route"] |= timers_of(
                turn.history, now=await timers_now(self.router.store, self.router.clock, turn.history)
            )
        return variables

    async def _route(self, hop: Hop) -> dict[str, Any]:
        """The variables of a hop that was decided; its child runs go where runs of their policies start."""
        policies = {step.child_policy for step in hop.sent() if step.child_policy is not None}
        own = {policy: await self.router.policies.process(policy) for policy in policies}
        processes = {policy: process for policy, process in own.items() if process is not None}
        return route_variables(hop, by_reference=self.by_reference, processes=processes)

    async def _bound(self, job: Job, asked: RouteJob) -> RunState:
        """The run of the job's process instance; made by its first job.

        A run belongs to one process instance. Another one that bears its id gets nothing dispatched: it ends with
        the stored result when the run has ended, else it is an incident.
        """
        run = asked.runId or str(job.process_instance_key)
        instance = str(job.process_instance_key)
        state = await self.router.store.state(run)
        if state is None:
            await self._make(run, instance, asked)
            state = await self.router.store.state(run)
            assert state is not None
        if state.run.process_instance is None and state.status not in ENDED:
            state = await self.router.store.bind(run, instance)
        if state.run.process_instance == instance or state.status in ENDED:
            return state
        owner = state.run.process_instance
        where = f"process instance {owner}" if owner else "the local engine"
        raise Incident(
            f"run `{run}` belongs to {where}: this instance dispatches nothing\n"
            "hint: start every run with a `runId` of its own, or none; cancel this instance"
        )

    async def _make(self, run: str, instance: str, asked: RouteJob) -> None:
        """Keep a new run. From start variables only policy, input, tags and run id are trusted."""
        planned = await self._planned(run)
        if planned is not None:
            step, parent = planned
            await start_child(step, self.router, limits=parent.limits, process_instance=instance)
            return
        if not asked.policy:
            raise Incident(
                "the process was started without the variable `policy`\nhint: name the policy, as in `intake`"
            )
        new = self.router.new_run(run, asked.policy, input=asked.input or {}, tags=asked.tags or {}, limits=self.limits)
        await self.router.start([new.model_copy(update={"process_instance": instance})])

    async def _planned(self, run: str) -> tuple[PlannedStep, Run] | None:
        """The step that a child run does, and its parent: its policy and limits are the parent's to say."""
        parent, _, _ = run.rpartition("/")
        history = await self.router.store.history(parent) if parent else None
        hop = history.last if history else None
        step = next((s for s in hop.decision.plan.steps if s.id == run), None) if hop else None
        if history is None or step is None or step.child_policy is None:
            return None
        return step, history.run


def _read(job: Job) -> RouteJob:
    try:
        return RouteJob.model_validate(dict(job.variables))
    except ValidationError as error:
        raise Incident(f"the variables of the process are of the wrong type: {describe(error)}") from error


def _hop_asked(asked: RouteJob, state: RunState) -> int:
    """The hop that the job wants decided. A run that decided none yet has its first job, whatever the variables say."""
    inherited = state.run.inherited
    return inherited + 1 if state.hop == inherited else (asked.hop or 0) + 1
