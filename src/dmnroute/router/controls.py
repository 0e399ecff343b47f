"""What people and apps ask of runs: tell them something, answer, retry, cancel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dmnroute.agents.holding import timers_now
from dmnroute.errors import OperatorError, UsageError
from dmnroute.router.closing import closed, with_cost
from dmnroute.router.turn import STATUS_AFTER
from dmnroute.routing.answers import answered, meanwhile, open_question
from dmnroute.routing.arrivals import what_becomes
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.compensation import is_undone_first, open_steps, report
from dmnroute.routing.history import History
from dmnroute.routing.outcomes import cancelled
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.runs import HopWrite
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import HopEnd, OnInput
from dmnroute.routing.records.run import ENDED, RunState, RunStatus
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.routing.steering import policy_of

SOMEBODY = "unknown"
"""Who asked, where nobody says."""


@dataclass(frozen=True, slots=True)
class Controls:
    """Writes what is asked into the store; the engine of the run sees it there."""

    store: Store
    clock: Clock
    catalogue: Catalogue = field(default_factory=Catalogue)

    async def signal(self, run: str, name: str, payload: Any = None, *, key: str | None = None) -> None:
        """Tell a run something from outside; the same key is the same signal.

        Raises:
            OperatorError: `unknown_run`, or `run_ended`.
        """
        state = await self._open(run)
        await self.store.signal(state.run.id, name, payload, at=self.clock.now(), key=key)

    async def input(
        self, run: str, given: Mapping[str, Any], *, who: str = SOMEBODY, why: str | None = None, key: str | None = None
    ) -> OnInput:
        """Give a run input while it goes on; the same key is the same input. Answers what its tables make of it.

        It is kept in any case, with who and why: what was rejected changes nothing.

        Raises:
            OperatorError: `unknown_run`, `run_ended`, or `input_rejected`.
        """
        await self._open(run)
        at = self.clock.now()
        control = await self.store.control(run, "input", dict(given), who=who, why=why, at=at, key=key)
        history = await self.store.history(run)
        assert history is not None
        becomes = what_becomes(history, control)
        if becomes == "reject":
            raise OperatorError(
                f"run `{run}` takes no input now: what goes on rejects it",
                code="input_rejected",
                hint=f"the column `on_input` of its tables says so; `dmnroute show {run}` tells where it is",
            )
        return becomes

    async def answer(self, run: str, answer: Mapping[str, Any], *, question: str | None = None) -> None:
        """Answer the question that a run was escalated with; `question` is the step that is meant, where that is known.

        Raises:
            UsageError: `invalid_answer`, when it doesn't fit the form; the question stays open.
            OperatorError: `unknown_run`, or `run_ended` or `not_escalated` when it waits for no answer (any more).
        """
        state, history = await self.store.state(run), await self.store.history(run)
        if state is None or history is None:
            raise unknown_run(run)
        now = await timers_now(self.store, self.clock, history)
        hop = open_question(history, now=now) if state.status == "escalated" else None
        if hop is None or question not in (None, hop.decision.plan.steps[0].id):
            raise _too_late(state, history)
        outcome = answered(hop, answer, self.catalogue, now=now)
        if outcome.error is not None:
            raise UsageError(
                f"the answer doesn't fit: {outcome.error.message}",
                code="invalid_answer",
                hint=f"`dmnroute form {hop.decision.plan.form}` shows what is asked for",
            )
        if not await self.store.record(outcome, at=self.clock.now()):
            raise _too_late(state, await self.store.history(run) or history)

    async def retry(self, run: str) -> None:
        """Let a stopped run go on: its hop is decided anew, with the policy as it is then.

        A run that keeps its version is given what is active then: a control says so.

        Raises:
            OperatorError: `unknown_run`, or `not_stopped`.
        """
        await self._let_follow(run)
        async with self.store.locked(run) as locked:
            if locked.state.status != "stopped":
                raise OperatorError(f"run `{run}` isn't stopped; it is {locked.state.status}", code="not_stopped")
            status = status_of(locked.history)
            await locked.write(HopWrite(status=status, at=self.clock.now()))

    async def _let_follow(self, run: str) -> None:
        state, history = await self.store.state(run), await self.store.history(run)
        if state is None or history is None or state.stop is None or not state.run.pins:
            return
        name, version = policy_of(history, anew=True)
        if version is None:
            key, why = f"retry {state.stop.at.isoformat()}", "retried"
            data = {"policy": name, "version": None}
            await self.store.control(run, "policy", data, who=SOMEBODY, why=why, at=self.clock.now(), key=key)

    async def cancel(self, run: str, *, who: str = SOMEBODY, why: str | None = None) -> list[str]:
        """Cancel a run: its open steps and child runs end, and what was done is undone before the run ends.

        Where there is nothing to undo it ends at once. One that ended stays as it is, and so does one that is being
        undone already. Answers the ids of the steps that ended now, those of child runs included.

        Raises:
            OperatorError: `unknown_run`.
        """
        state, history = await self.store.state(run), await self.store.history(run)
        if state is None or history is None:
            raise unknown_run(run)
        if state.status in ENDED:
            return []
        await self.store.control(run, "cancel", {}, who=who, why=why, at=self.clock.now(), key="cancel")
        steps = history.last.decision.plan.steps if history.last else ()
        children = [step.id for step in steps if step.child_policy is not None]
        within = [await self.cancel(child, who=who, why=why) for child in children if await self._is_open(child)]
        undone_first = [child for child in children if await self._is_open(child)]
        return [*await self._cancel_alone(run, waiting_for=undone_first), *(step for ended in within for step in ended)]

    async def _cancel_alone(self, run: str, *, waiting_for: Sequence[str]) -> list[str]:
        """End the open steps of a run but child runs that are being undone, and the run itself where that's all."""
        async with self.store.locked(run) as locked:
            state, history = locked.state, locked.history
            if state.status in ENDED:
                return []
            ended = [step for step in (open_steps(history.last) if history.last else ()) if step not in waiting_for]
            outcomes = await closed(history, HopEnd(status="failed", cancelled=tuple(ended)), self.store)
            if not waiting_for and not is_undone_first(history):
                await locked.write(HopWrite(status="cancelled", at=self.clock.now(), outcomes=outcomes))
            elif state.status == "stopped" and state.run.process_instance is None:
                await locked.write(HopWrite(status=status_of(history), at=self.clock.now(), outcomes=outcomes))
            elif outcomes:
                await locked.write(
                    HopWrite(status=state.status, at=self.clock.now(), outcomes=outcomes, stop=state.stop)
                )
            return ended

    async def _is_open(self, run: str) -> bool:
        state = await self.store.state(run)
        return state is not None and state.status not in ENDED

    async def close(self, run: str) -> None:
        """End a run that nobody can drive or wants any more, with its child runs; nothing is undone, and it says so."""
        async with self.store.locked(run) as locked:
            if locked.state.status in ENDED:
                return
            last = locked.history.last
            end = HopEnd(status="failed", cancelled=last.missing() if last else ())
            outcomes = await closed(locked.history, end, self.store)
            left = report(locked.history.with_outcomes(outcomes))
            result = left if any(left.values()) else None
            await locked.write(HopWrite(status="cancelled", at=self.clock.now(), outcomes=outcomes, result=result))
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
            if step.child_policy is not None and await self.store.state(step.id) is not None:
                await self.close(step.id)

    async def _open(self, run: str) -> RunState:
        state = await self.store.state(run)
        if state is None:
            raise unknown_run(run)
        if state.status in ENDED:
            raise OperatorError(f"run `{run}` has ended ({state.status})", code="run_ended")
        return state


def _too_late(state: RunState, history: History) -> OperatorError:
    """The question isn't open any more, or never was: with what happened meanwhile."""
    run, hint = state.run.id, meanwhile(history)
    if state.status in ENDED:
        return OperatorError(f"run `{run}` has ended ({state.status})", code="run_ended", hint=hint)
    message = f"run `{run}` waits for no answer; it is {state.status}"
    return OperatorError(message, code="not_escalated", hint=hint)


def unknown_run(run: str) -> OperatorError:
    """There is no run of that id."""
    return OperatorError(f"unknown run `{run}`", code="unknown_run", hint="`dmnroute runs` lists them")


def status_of(history: History) -> RunStatus:
    """What a run would be doing if it weren't stopped."""
    return STATUS_AFTER[history.last.decision.plan.action] if history.last else "running"
