"""What people and apps ask of runs: tell them something, answer, retry, cancel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dmnroute.errors import OperatorError
from dmnroute.router.closing import closed, with_cost
from dmnroute.router.turn import STATUS_AFTER
from dmnroute.routing.history import History
from dmnroute.routing.outcomes import cancelled
from dmnroute.routing.plan import CHILD_RUN
from dmnroute.routing.ports import Clock, HopWrite, Store
from dmnroute.routing.records import ENDED, PEOPLE, HopEnd, Outcome, PlannedStep, RunState, RunStatus


@dataclass(frozen=True, slots=True)
class Controls:
    """Writes what is asked into the store; the engine of the run sees it there."""

    store: Store
    clock: Clock

    async def signal(self, run: str, name: str, payload: Any = None, *, key: str | None = None) -> None:
        """Tell a run something from outside; the same key is the same signal.

        Raises:
            OperatorError: `unknown_run`, or `run_ended`.
        """
        state = await self._open(run)
        await self.store.signal(state.run.id, name, payload, at=self.clock.now(), key=key)

    async def answer(self, run: str, answer: Mapping[str, Any]) -> None:
        """Answer the question that a run was escalated with.

        Raises:
            OperatorError: `unknown_run`, or `not_escalated` when the run waits for no answer (any more).
        """
        state = await self._open(run)
        history = await self.store.history(run)
        hop = history.last if history else None
        if state.status != "escalated" or hop is None or hop.decision.plan.action != "escalate":
            raise OperatorError(f"run `{run}` waits for no answer; it is {state.status}", code="not_escalated")
        now = self.clock.now()
        outcome = Outcome(step=hop.decision.plan.steps[0].id, agent=PEOPLE, status="ok", output=dict(answer))
        if not await self.store.record(outcome, at=now):
            raise OperatorError(f"run `{run}` has its answer already", code="not_escalated")

    async def retry(self, run: str) -> None:
        """Let a stopped run go on: its hop is decided anew, with the policy as it is then.

        Raises:
            OperatorError: `unknown_run`, or `not_stopped`.
        """
        async with self.store.locked(run) as locked:
            if locked.state.status != "stopped":
                raise OperatorError(f"run `{run}` isn't stopped; it is {locked.state.status}", code="not_stopped")
            status = _status_of(locked.history)
            await locked.write(HopWrite(status=status, at=self.clock.now()))

    async def cancel(self, run: str) -> None:
        """End a run now, with its child runs; its open steps are cancelled. A run that ended stays as it is."""
        async with self.store.locked(run) as locked:
            if locked.state.status in ENDED:
                return
            last = locked.history.last
            end = HopEnd(status="failed", cancelled=last.missing() if last else ())
            outcomes = await closed(locked.history, end, self.store)
            await locked.write(HopWrite(status="cancelled", at=self.clock.now(), outcomes=outcomes))
        if last is not None:
            await self.cancel_children(step for step in last.decision.plan.steps if step.id in end.cancelled)

    async def open_history(self, run: str) -> History:
        """The history of a run that goes on. Raises OperatorError `unknown_run`, `run_ended`."""
        await self._open(run)
        history = await self.store.history(run)
        assert history is not None
        return history

    async def cancel_step(self, step: str) -> None:
        """End one step; the other steps of its hop go on. One that has ended stays as it is.

        Raises:
            OperatorError: `unknown_step`, when no open run has it in its latest hop.
        """
        run = step.rpartition("/")[0]
        history = await self.store.history(run)
        steps = history.last.decision.plan.steps if history and history.last else ()
        planned = next((each for each in steps if each.id == step), None)
        if planned is None:
            raise OperatorError(
                f"no run has the step `{step}` under way",
                code="unknown_step",
                hint="`dmnroute show RUN` names its steps",
            )
        await self.end_step(cancelled(planned))

    async def end_step(self, outcome: Outcome) -> None:
        """Give a step its outcome from outside; whoever works on it finds that nobody wants its result any more."""
        found = await self.store.step(outcome.step)
        if found is None:
            return
        planned = found[0]
        if await self.store.record(await with_cost(outcome, planned, self.store), at=self.clock.now()):
            await self.cancel_children([planned])

    async def cancel_children(self, steps: Iterable[PlannedStep]) -> None:
        """End the child runs of steps."""
        for step in steps:
            if step.type.startswith(CHILD_RUN) and await self.store.state(step.id) is not None:
                await self.cancel(step.id)

    async def _open(self, run: str) -> RunState:
        state = await self.store.state(run)
        if state is None:
            raise unknown_run(run)
        if state.status in ENDED:
            raise OperatorError(f"run `{run}` has ended ({state.status})", code="run_ended")
        return state


def unknown_run(run: str) -> OperatorError:
    """There is no run of that id."""
    return OperatorError(f"unknown run `{run}`", code="unknown_run", hint="`dmnroute runs` lists them")


def _status_of(history: History) -> RunStatus:
    """What a run would be doing if it weren't stopped."""
    return STATUS_AFTER[history.last.decision.plan.action] if history.last else "running"
