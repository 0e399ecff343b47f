"""Pause runs, tenants, agents or everything; lift pauses; let single runs go on in spite of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dmnroute.agents.holding import held_by
from dmnroute.errors import OperatorError, UsageError, did_you_mean
from dmnroute.router.controls import status_of, unknown_run
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.history import History
from dmnroute.routing.pauses import Pause, PauseScope, PauseTimers, keys_over, pause_of
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.runs import HopWrite
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import ENDED, RunState, RunStatus
from dmnroute.routing.records.step import Outcome

OPEN: tuple[RunStatus, ...] = ("running", "waiting", "escalated", "stopped")

RUNNING: tuple[RunStatus, ...] = ("running",)


@dataclass(frozen=True, slots=True)
class Pausing:
    """Writes pauses into the store, where every router and worker looks before it sends anything."""

    store: Store
    clock: Clock
    catalogue: Catalogue

    async def pause(
        self, scope: PauseScope, name: str = "", *, who: str, why: str | None = None, timers: PauseTimers = "stand"
    ) -> Pause:
        """Hold something from now on; what is paused already stays as it is.

        Raises:
            OperatorError: `unknown_run`, `run_ended`.
            UsageError: `unknown_agent`.
        """
        if scope == "run":
            await self._open_run(name)
        if scope == "agent" and name not in self.catalogue.agents:
            raise UsageError(
                f"unknown agent `{name}`{did_you_mean(name, self.catalogue.agents)}",
                code="unknown_agent",
                hint="`dmnroute agents` lists them",
            )
        return await self.store.pause(scope, name, who=who, why=why, at=self.clock.now(), timers=timers)

    async def resume(self, scope: PauseScope, name: str = "", *, who: str, why: str | None = None) -> Pause:
        """Lift a pause; the runs that it held have to be looked at then: `free`.

        Raises:
            OperatorError: `not_paused`.
        """
        pause = await self.store.resume(scope, name, who=who, why=why, at=self.clock.now())
        if pause is None:
            what = "everything as a whole" if scope == "all" else f"{scope} `{name}`"
            raise OperatorError(f"{what} isn't paused", code="not_paused", hint="`dmnroute pauses` lists what is")
        return pause

    async def release(self, run: str, *, who: str, why: str | None = None) -> None:
        """Let one run go on, with its children, in spite of the pauses of its tenant and of everything.

        Raises:
            OperatorError: `unknown_run`, `run_ended`.
        """
        await self._open_run(run)
        await self.store.let_go(run, who=who, why=why, at=self.clock.now())

    def can_be_released(self, state: RunState, pauses: Sequence[Pause]) -> bool:
        """Whether a pause holds the run that isn't its own alone."""
        over = pause_of(state, [pause for pause in pauses if pause.scope in ("tenant", "all")])
        return over is not None and pause_of(state, [pause for pause in pauses if pause.scope == "run"]) is None

    async def free(self) -> list[RunState]:
        """The runs that were held, and that nothing holds any more: somebody has to look at them."""
        held = await self.store.states(statuses=OPEN, held=True)
        return [state for state in held if await held_by(self.store, state) is None]

    async def held(self) -> dict[str, int]:
        """How many runs are held, by the key of the pause."""
        found: dict[str, int] = {}
        for state in await self.store.states(statuses=OPEN, held=True):
            if state.held is not None and await held_by(self.store, state) is not None:
                found[state.held] = found.get(state.held, 0) + 1
        return found

    async def under_way(self, pause: Pause) -> list[tuple[RunState, str]]:
        """The steps under way that a pause would have held: what there is to end when it has to be quiet at once."""
        found = []
        for state in await self.store.states(statuses=RUNNING):
            if pause.scope != "agent" and pause.key not in keys_over(state.run.id, state.run.tenant):
                continue
            history = await self.store.history(state.run.id)
            found += [(state, step) for step in _open_steps(history, pause)] if history else []
        return found

    async def _open_run(self, run: str) -> RunState:
        state = await self.store.state(run)
        if state is None:
            raise unknown_run(run)
        if state.status in ENDED:
            raise OperatorError(f"run `{run}` has ended ({state.status})", code="run_ended")
        return state


def _open_steps(history: History, pause: Pause) -> list[str]:
    """Steps without an outcome; a child run's own steps are its own."""
    if history.last is None:
        return []
    missing = history.last.missing()
    return [
        step.id
        for step in history.last.decision.plan.steps
        if step.id in missing
        and step.child_policy is None
        and (pause.scope != "agent" or step.type == f"agent.{pause.name}")
    ]


def hold(
    state: RunState, history: History, pause: Pause, arrived: Sequence[Outcome], *, now: datetime
) -> HopWrite | None:
    """What is written of a run that takes no hop: what has arrived, and what holds it; none where all is known."""
    if not arrived and state.held == pause.key and state.status != "stopped":
        return None
    # A run that was stopped is held because somebody wants it tried again: it isn't stopped any more.
    status = status_of(history) if state.status == "stopped" else state.status
    return HopWrite(status=status, at=now, outcomes=arrived, result=state.result, held=pause.key)
