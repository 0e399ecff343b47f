"""Drive runs to their end in this process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import inf
from typing import Any

from structlog.contextvars import bound_contextvars

from dmnroute.agents.execute import StepRunner
from dmnroute.agents.holding import held_by, holds_over, timers_now
from dmnroute.local.lease import Leases
from dmnroute.router.children import outcome_of_child, start_child
from dmnroute.router.closing import with_cost
from dmnroute.router.controls import SOMEBODY
from dmnroute.router.engine import Listener
from dmnroute.router.router import Router
from dmnroute.router.steering import Wish
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.history import History, Hop
from dmnroute.routing.join import join_end
from dmnroute.routing.outcomes import failed, timed_out
from dmnroute.routing.pauses import Pause, held_until
from dmnroute.routing.progress import hop_end, wait_until
from dmnroute.routing.records.hop import OnInput
from dmnroute.routing.records.run import ENDED, Run, RunStatus
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.routing.reminders import REMINDER, due_reminders, reminded
from dmnroute.routing.step_time import time_left

POLL = 0.25
"""Seconds between two looks for a signal or an answer that another process may have left in the store."""

LOOK = 1.0
"""Seconds between two looks whether a run whose steps take long was cancelled meanwhile."""


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
        status = await self._drive_alone(run, patient=patient)
        if status is not None:
            return status
        state = await self.router.store.state(run)
        assert state is not None
        return state.status

    async def _drive_alone(self, run: str, *, patient: bool) -> RunStatus | None:
        """Where the run came to rest; none when another engine drives it, from the start or meanwhile."""
        with bound_contextvars(run=run):
            async with self.leases.held(run) as held:
                if held:
                    return await self._drive(run, patient=patient)
        return None

    async def signal(self, run: str, name: str, payload: Any = None, *, key: str | None = None) -> None:
        """Tell a run something from outside; whoever drives it sees it within a moment."""
        await self.router.controls.signal(run, name, payload, key=key)

    async def input(
        self, run: str, given: Mapping[str, Any], *, who: str = SOMEBODY, why: str | None = None, key: str | None = None
    ) -> OnInput:
        """Give a run input; whoever drives it sees it within a moment."""
        becomes = await self.router.controls.input(run, given, who=who, why=why, key=key)
        state = await self.router.store.state(run)
        if becomes != "queue" and state is not None and state.status == "stopped":
            await self.router.controls.retry(run)
        return becomes

    async def answer(self, run: str, answer: Mapping[str, Any], *, question: str | None = None) -> None:
        """Answer an escalation."""
        await self.router.controls.answer(run, answer, question=question)

    async def retry(self, run: str) -> None:
        """Let a stopped run go on; it has to be driven then."""
        await self.router.controls.retry(run)

    async def cancel(self, run: str, *, who: str = SOMEBODY, why: str | None = None) -> None:
        """Cancel a run; whoever drives it sees it within a moment, and undoes what was done."""
        await self.router.controls.cancel(run, who=who, why=why)

    async def look(self, run: str) -> None:
        """Whoever drives a run here looks by itself."""

    async def cancel_step(self, step: str) -> None:
        """End one step that is under way."""
        await self.router.controls.cancel_step(step)

    async def steer(self, run: str, wishes: Sequence[Wish], *, who: str, why: str | None = None) -> None:
        """Change an open run; whoever drives it sees it within a moment."""
        await self.router.steering.steer(run, wishes, who=who, why=why)
        state = await self.router.store.state(run)
        if state is not None and state.status == "stopped":
            await self.router.controls.retry(run)

    async def _drive(self, run: str, *, patient: bool) -> RunStatus:
        while True:
            turn = await self.router.route(run)
            if turn.new or turn.ended or turn.stop:
                self.listener(run, turn)
            if turn.ended or turn.status == "stopped":
                return turn.status
            if turn.pause is not None:
                if not patient:
                    return turn.status
                await self._until_free(turn.history, turn.pause)
                continue
            if turn.status == "running":
                if not await self._dispatch(turn.history.run, turn.hop, patient=patient):
                    return "running"
            elif turn.status == "waiting" or patient:
                await self._wait(run, turn.hop)
            else:
                await self._remind(turn.history)
                if not await self._is_over(run):
                    return turn.status

    async def _until_free(self, history: History, pause: Pause) -> None:
        """Return when a held run may go on, or has changed, or its time is over though its agent is paused."""
        run, until = history.run.id, held_until(history, pause)
        before = await self.router.store.state(run)
        while True:
            state = await self.router.store.state(run)
            if state is None or before is None or state.updated != before.updated:
                return
            if await held_by(self.router.store, state) is None or (until and self.router.clock.now() >= until):
                return
            await asyncio.sleep(POLL)  # real time: whoever lifts a pause moves no clock

    async def _dispatch(self, run: Run, hop: Hop, *, patient: bool) -> bool:
        """Run the steps that have no outcome yet until the join has enough; false when a child stands still."""
        plan = hop.decision.plan
        outcomes = dict(hop.outcomes)
        tasks = {
            asyncio.create_task(self._step(step, run, patient=patient)): step
            for step in plan.steps
            if step.id not in outcomes
        }
        look = asyncio.create_task(asyncio.sleep(LOOK))
        try:
            while tasks and join_end(plan, hop.with_outcomes(outcomes).ordered()) is None:
                await asyncio.wait([*tasks, look], return_when=asyncio.FIRST_COMPLETED)
                for task in [task for task in tasks if task.done()]:
                    outcome = task.result()
                    if outcome is not None:
                        outcomes[outcome.step] = outcome
                    del tasks[task]
                if look.done():
                    outcomes |= await self._recorded_elsewhere(hop)
                    await self._drop(tasks, outcomes)
                    if await self._is_over(run.id):
                        return True
                    look = asyncio.create_task(asyncio.sleep(LOOK))
            return join_end(plan, hop.with_outcomes(outcomes).ordered()) is not None
        finally:
            await _cancel([*tasks, look])

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

    async def _step(self, step: PlannedStep, run: Run, *, patient: bool) -> Outcome | None:
        """Run a step and keep its outcome; none when it is a child run that stands still."""
        with bound_contextvars(run=step.run, step=step.id):  # for the log lines of agents
            outcome = await self._outcome(step, run, patient=patient)
        if outcome is not None:
            await self.router.record(outcome)
        return outcome

    async def _outcome(self, step: PlannedStep, run: Run, *, patient: bool) -> Outcome | None:
        if step.child_policy is not None:
            return await self._child(step, run, patient=patient)
        left = time_left(step, now=self.router.clock.now())
        if step.process is None:
            return await self.runner.run(step, timeout=left)
        name = stand_in(step.process)
        if name in self.runner.registry.agents:
            return await self.runner.run(step, timeout=left, agent=name)
        message = f"process `{step.process}` needs Zeebe; here an agent named `{name}` stands in for it"
        return failed(step, "no_worker", message)

    async def _child(self, step: PlannedStep, run: Run, *, patient: bool) -> Outcome | None:
        """A run of its own, whose end is the outcome of the step."""
        child = await start_child(step, self.router, limits=run.limits)
        work = asyncio.create_task(self._until_at_rest(child.id, patient=patient))
        timer = asyncio.create_task(self.runner.clock.sleep(float(time_left(step, now=self.router.clock.now()) or 0)))
        try:
            await asyncio.wait([work, timer], return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await _cancel([work])
                await self.router.controls.close(child.id)
                return await self._late_child(step)
            work.result()
            return await outcome_of_child(step, self.router.store)
        finally:
            await _cancel([work, timer])

    async def _until_at_rest(self, child: str, *, patient: bool) -> None:
        """Drive a child, or wait while another engine does."""
        while await self._drive_alone(child, patient=patient) is None:  # noqa: ASYNC110 (the store tells nobody)
            await asyncio.sleep(POLL)

    async def _late_child(self, step: PlannedStep) -> Outcome:
        """A child that took too long has cost what it has spent."""
        return await with_cost(timed_out(step, latency=step.timeout or Decimal(0)), step, self.router.store)

    async def _wait(self, run: str, hop: Hop) -> None:
        """Sleep until the hop is over: time, a signal, an answer, or the end of the run from outside.

        Looks into the store without locking anything; others may have written there.
        """
        until = wait_until(hop)
        left = inf if until is None else float(seconds_between(self.router.clock.now(), until))
        timer = asyncio.create_task(self.router.clock.sleep(max(0.0, left)))
        try:
            while not await self._is_over(run):
                await self._remind(await self.router.store.history(run))
                # A clock that was set back may let the timer end before its time.
                await (asyncio.sleep(POLL) if timer.done() else asyncio.wait([timer], timeout=POLL))
        finally:
            await _cancel([timer])

    async def _remind(self, history: History | None) -> None:
        """Send the reminders that are due, one after the other; an answer that comes meanwhile is seen after them."""
        if history is None:
            return
        holds = await holds_over(self.router.store, history.run.id, history.run.tenant, since=history.run.started)
        if holds.pause is not None:
            return
        for step in due_reminders(history, now=holds.timers(history, self.router.clock.now())):
            if step.type == REMINDER:
                await self.router.record(reminded(step))
            else:
                await self._step(step, history.run, patient=False)

    async def _is_over(self, run: str) -> bool:
        state, history = await self.router.store.state(run), await self.router.store.history(run)
        if state is None or history is None or state.status in ENDED:
            return True
        return hop_end(history, now=await timers_now(self.router.store, self.router.clock, history)) is not None


def stand_in(process: str) -> str:
    """The name of the agent that stands in for a process: its id, with `_` where names can't have other signs."""
    return re.sub(r"\W", "_", process)


async def _cancel(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Cancel what still runs, and wait until it has ended: nothing is left behind."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)
