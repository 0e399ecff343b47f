"""Drive runs to their end in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import inf
from typing import Any

from structlog.contextvars import bound_contextvars

from dmnroute.agents.execute import StepRunner
from dmnroute.local.lease import Leases
from dmnroute.router.children import child_of, outcome_of_child
from dmnroute.router.crowd import drive_all
from dmnroute.router.reuse import reused
from dmnroute.router.router import Router
from dmnroute.router.turn import Turn
from dmnroute.routing.context import seconds_between
from dmnroute.routing.history import Hop
from dmnroute.routing.outcomes import failed, timed_out
from dmnroute.routing.plan import CHILD_RUN, PROCESS
from dmnroute.routing.progress import hop_end, join_is_met, wait_until
from dmnroute.routing.records import ENDED, Outcome, PlannedStep, RunStatus

POLL = 0.25
"""Seconds between two looks for a signal or an answer that another process may have left in the store."""

LOOK = 1.0
"""Seconds between two looks whether a run whose steps take long was cancelled meanwhile."""

Listener = Callable[[str, Turn], None]
"""Told after each hop that was decided, and when a run stops or ends: the run's id and where it stands."""


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Carries plans out; what follows is decided by the router alone.

    Every outcome is kept before the hop goes on, so that the process may be killed between any two lines.
    """

    router: Router
    runner: StepRunner
    leases: Leases
    listener: Listener = field(default=lambda run, turn: None)

    async def drive(self, run: str, *, patient: bool = False) -> RunStatus:
        """Drive a run until it ends, stops, or waits for people (patient: people are waited for, too).

        A run that another engine drives is left alone.
        """
        with bound_contextvars(run=run):
            async with self.leases.held(run) as held:
                if held:
                    return await self._drive(run, patient=patient)
        state = await self.router.store.state(run)
        assert state is not None
        return state.status

    def drive_all(self, runs: Iterable[str], *, at_once: int) -> AsyncIterator[tuple[str, RunStatus]]:
        """Drive many runs, so many at once; tells each as it comes to rest."""
        return drive_all(self.drive, runs, at_once=at_once)

    async def _drive(self, run: str, *, patient: bool) -> RunStatus:
        while True:
            turn = await self.router.route(run)
            if turn.new or turn.ended or turn.stop:
                self.listener(run, turn)
            if turn.ended or turn.status == "stopped":
                return turn.status
            if turn.status == "running":
                if not await self._dispatch(turn.hop):
                    return "running"
            elif turn.status == "waiting" or patient:
                await self._wait(run, turn.hop)
            else:
                return turn.status

    async def _dispatch(self, hop: Hop) -> bool:
        """Run the steps that have no outcome yet until the join is met; false when a child stands still."""
        plan = hop.decision.plan
        outcomes = dict(hop.outcomes)
        tasks = {asyncio.create_task(self._step(step)): step for step in plan.steps if step.id not in outcomes}
        try:
            while tasks and not join_is_met(plan.join, list(outcomes.values()), len(plan.steps)):
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=LOOK)
                for task in done:
                    outcome = task.result()
                    if outcome is not None:
                        outcomes[outcome.step] = outcome
                    del tasks[task]
                if not done:
                    outcomes |= await self._recorded_elsewhere(hop)
                    await self._drop(tasks, outcomes)
            return join_is_met(plan.join, list(outcomes.values()), len(plan.steps))
        finally:
            await _cancel(tasks)

    async def _recorded_elsewhere(self, hop: Hop) -> Mapping[str, Outcome]:
        """What others wrote for the hop's steps: a person cancels steps, or the whole run."""
        history = await self.router.store.history(hop.decision.run)
        return history.hops[hop.decision.hop - 1].outcomes if history else {}

    async def _drop(
        self, tasks: dict[asyncio.Task[Outcome | None], PlannedStep], outcomes: Mapping[str, Outcome]
    ) -> None:
        """Cancel what still runs of steps that have an outcome already."""
        for task in [task for task, step in tasks.items() if step.id in outcomes]:
            await _cancel([task])
            del tasks[task]

    async def _step(self, step: PlannedStep) -> Outcome | None:
        """Run a step and keep its outcome; none when it is a child run that stands still."""
        with bound_contextvars(run=step.run, step=step.id):  # for the log lines of agents
            outcome = await reused(step, self.router.store) or await self._outcome(step)
        if outcome is not None:
            await self.router.record(outcome)
        return outcome

    async def _outcome(self, step: PlannedStep) -> Outcome | None:
        if step.type.startswith(CHILD_RUN):
            return await self._child(step)
        if step.type.startswith(PROCESS) and step.process not in self.runner.registry.agents:
            return failed(
                step,
                "no_worker",
                f"process `{step.process}` needs Zeebe; here an agent named `{step.process}` stands in for it",
            )
        return await self.runner.run(step, timeout=step.timeout)

    async def _child(self, step: PlannedStep) -> Outcome | None:
        """A run of its own, whose end is the outcome of the step."""
        child = child_of(step, self.router)
        await self.router.start([child])
        work = asyncio.create_task(self.drive(child.id))
        timer = asyncio.create_task(self.runner.clock.sleep(float(step.timeout or 0)))
        try:
            await asyncio.wait([work, timer], return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await _cancel([work])
                await self.router.cancel(child.id)
                return timed_out(step, latency=step.timeout or Decimal(0))
            work.result()
            return await outcome_of_child(step, self.router.store)
        finally:
            await _cancel([work, timer])

    async def _wait(self, run: str, hop: Hop) -> None:
        """Sleep until the hop is over: time, a signal, an answer, or the end of the run from outside.

        Looks into the store without locking anything; others may have written there.
        """
        until = wait_until(hop)
        left = inf if until is None else float(seconds_between(self.router.clock.now(), until))
        timer = asyncio.create_task(self.router.clock.sleep(max(0.0, left)))
        try:
            while not await self._is_over(run):
                await asyncio.wait([timer], timeout=POLL)
        finally:
            await _cancel([timer])

    async def _is_over(self, run: str) -> bool:
        state, history = await self.router.store.state(run), await self.router.store.history(run)
        if state is None or history is None or state.status in ENDED:
            return True
        return hop_end(history, now=self.router.clock.now()) is not None


async def _cancel(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Cancel what still runs, and wait until it has ended: nothing is left behind."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)
