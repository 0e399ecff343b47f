"""What a scenario needs of an engine. Scenarios speak to this alone, so that every engine can join them."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from dmnroute.agents.registry import Registry
from dmnroute.app import App, open_app
from dmnroute.errors import OperatorError
from dmnroute.policies.folder import FolderPolicies
from dmnroute.policies.published import PublishedPolicies
from dmnroute.project import Project
from dmnroute.router.forks import Forks
from dmnroute.router.router import Router
from dmnroute.router.steering import Wish
from dmnroute.routing.answers import answered
from dmnroute.routing.budgets import Budget
from dmnroute.routing.checks import check_policy
from dmnroute.routing.history import History
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import OnInput
from dmnroute.routing.records.run import Guards, Limits, Run, RunState, RunStatus
from dmnroute.routing.records.step import Outcome
from dmnroute.settings import Settings
from dmnroute.testing import ManualClock

PATIENCE = 20.0
"""Real seconds after which a scenario that doesn't move is broken."""


class Harness(Protocol):
    """An engine with the scenario's agents, a folder of policies, and a clock that moves by hand."""

    @property
    def budgets(self) -> list[Budget]:
        """What tenants and agents may use together; a scenario adds its own before it starts a run."""

    pins: bool
    """Whether runs keep the version of their first hop; a scenario says so before it starts them."""

    tenant: str
    """Whose runs are started from now on."""

    def publish(self, policy: str, text: str) -> None:
        """Save a policy file."""

    async def start(
        self,
        policy: str,
        *,
        run: str = "r",
        input: Mapping[str, Any] | None = None,
        limits: Limits | None = None,
        guards: Guards | None = None,
    ) -> str:
        """Start a run, and let the engine work on it."""

    async def until(self, run: str, *statuses: RunStatus) -> RunState:
        """Let the engine work until the run has one of these statuses."""

    async def until_called(self, agent: str, times: int = 1) -> None:
        """Let the engine work until an agent was called so many times."""

    async def advance(self, seconds: float) -> None:
        """Move the clock."""

    async def signal(self, run: str, name: str, payload: Any = None, *, key: str | None = None) -> None: ...

    async def input(self, run: str, given: Mapping[str, Any], *, key: str | None = None) -> OnInput:
        """Give a run input while it goes on, as `ann`."""

    async def answer(self, run: str, answer: Mapping[str, Any], *, question: str | None = None) -> None: ...

    async def answer_elsewhere(self, run: str, answer: Mapping[str, Any]) -> None:
        """Answer as a client that knows nothing of forms."""

    async def retry(self, run: str) -> None: ...

    async def cancel(self, run: str) -> None: ...

    async def cancel_step(self, step: str) -> None: ...

    async def steer(self, run: str, *wishes: Wish, why: str | None = None) -> None:
        """Ask something of a run, as `ann`."""

    async def look_at_free_runs(self) -> None:
        """Let the engine look at runs that a pause held until now."""

    async def forked(self, made: Awaitable[Run]) -> str:
        """Let the engine work on a fork, too."""

    @property
    def forks(self) -> Forks: ...

    async def redeliver_route(self, run: str, hop: int) -> None:
        """Deliver a route job once more."""

    async def redeliver_step(self, run: str, hop: int, index: int) -> bool:
        """Deliver the outcome of a step once more, with another output; says whether it was taken."""

    def lose_next_outcome(self) -> None:
        """Let the process that has the next outcome die before the outcome is kept."""

    async def deliver_again(self, run: str) -> None:
        """Let what was lost be done once more by another process."""

    async def history(self, run: str) -> History: ...

    @property
    def router(self) -> Router: ...

    @property
    def ledger(self) -> Path:
        """Where the agents note their calls."""

    def calls(self) -> Counter[str]:
        """How often each agent was called, from the agents' own ledger."""


async def called_after_a_wait(engine: Harness, agent: str, times: int) -> None:
    """Move the clock until an agent was called so many times: when the wait begins, only the engine knows."""
    async with asyncio.timeout(PATIENCE):
        while engine.calls()[agent] < times:
            await engine.advance(1)
            await asyncio.sleep(0.05)


@dataclass
class LocalHarness:
    """The local engine on SQLite."""

    app: App
    clock: ManualClock
    ledger: Path
    pins: bool = False
    tenant: str = "default"
    _driving: dict[str, asyncio.Task[RunStatus]] = field(default_factory=dict)

    @property
    def budgets(self) -> list[Budget]:
        return self.app.settings.budgets

    @property
    def router(self) -> Router:
        return self.app.router

    def publish(self, policy: str, text: str) -> None:
        (self.app.project.policies / f"{policy}.dmn").write_text(text)

    async def start(
        self,
        policy: str,
        *,
        run: str = "r",
        input: Mapping[str, Any] | None = None,
        limits: Limits | None = None,
        guards: Guards | None = None,
    ) -> str:
        given = {"ledger": str(self.ledger), **(input or {})}
        router = replace(self.app.router, guards=guards or Guards(), pins=self.pins, tenant=self.tenant)
        await router.start([router.new_run(run, policy, input=given, limits=limits)])
        self._drive(run)
        return run

    def _drive(self, run: str) -> None:
        self._driving[run] = asyncio.create_task(self.app.engine.drive(run, patient=True))

    async def until(self, run: str, *statuses: RunStatus) -> RunState:
        async with asyncio.timeout(PATIENCE):
            while True:
                state = await self.app.store.state(run)
                if state is not None and state.status in statuses:
                    return state
                task = self._driving.get(run)  # a child is driven with its parent
                if task is not None and task.done():
                    task.result()
                await asyncio.sleep(0.005)

    async def until_called(self, agent: str, times: int = 1) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.calls()[agent] < times:
                for task in self._driving.values():
                    if task.done():
                        task.result()
                await asyncio.sleep(0.005)

    async def advance(self, seconds: float) -> None:
        await self.clock.advance(seconds)

    async def signal(self, run: str, name: str, payload: Any = None, *, key: str | None = None) -> None:
        await self.app.router.controls.signal(run, name, payload, key=key)

    async def input(self, run: str, given: Mapping[str, Any], *, key: str | None = None) -> OnInput:
        state = await self.app.store.state(run)
        if state is not None and state.status == "stopped":
            await self._driving[run]
        becomes = await self.app.local.input(run, given, who="ann", key=key)
        if self._driving[run].done():
            self._drive(run)
        return becomes

    async def answer(self, run: str, answer: Mapping[str, Any], *, question: str | None = None) -> None:
        await self.app.router.controls.answer(run, answer, question=question)

    async def answer_elsewhere(self, run: str, answer: Mapping[str, Any]) -> None:
        hop = (await self.history(run)).hops[-1]
        await self.app.router.record(answered(hop, answer, self.app.router.catalogue, now=self.clock.now()))

    async def retry(self, run: str) -> None:
        await self._driving[run]
        await self.app.router.controls.retry(run)
        self._drive(run)

    async def cancel(self, run: str) -> None:
        await self.app.local.cancel(run, who="ann", why="ordered twice")
        if self._driving[run].done():
            self._drive(run)

    async def cancel_step(self, step: str) -> None:
        await self.app.local.cancel_step(step)

    async def steer(self, run: str, *wishes: Wish, why: str | None = None) -> None:
        state = await self.app.store.state(run)
        if state is not None and state.status == "stopped":
            await self._driving[run]
        await self.app.local.steer(run, wishes, who="ann", why=why)
        if self._driving[run].done():
            self._drive(run)

    async def look_at_free_runs(self) -> None:
        await self.app.look_at_free_runs()

    @property
    def forks(self) -> Forks:
        return self.app.router.forks

    async def forked(self, made: Awaitable[Run]) -> str:
        run = (await made).id
        self._drive(run)
        return run

    async def redeliver_route(self, run: str, hop: int) -> None:
        await self.app.router.route(run, hop=hop)

    async def redeliver_step(self, run: str, hop: int, index: int) -> bool:
        step = (await self.history(run)).hops[hop - 1].decision.plan.steps[index - 1]
        again = Outcome(step=step.id, agent=step.agent, status="ok", output={"greeting": "once more"})
        return await self.app.router.record(again)

    def lose_next_outcome(self) -> None:
        lose_next_outcome(self.app.store)

    async def deliver_again(self, run: str) -> None:
        with pytest.raises(OperatorError, match="lost"):
            await self._driving[run]
        self._drive(run)

    async def history(self, run: str) -> History:
        history = await self.app.store.history(run)
        assert history is not None
        return history

    def calls(self) -> Counter[str]:
        lines = self.ledger.read_text().splitlines() if self.ledger.exists() else []
        return Counter(line.split()[0] for line in lines)


def lose_next_outcome(store: Store) -> None:
    """The next outcome finds no store; all others do."""
    kept = store.record

    async def lost(outcome: Outcome, *, at: datetime) -> bool:
        setattr(store, "record", kept)  # noqa: B010 (a method of a protocol)
        raise OperatorError("the outcome is lost", code="store_away")

    setattr(store, "record", lost)  # noqa: B010


def folder_policies(folder: Path, store: Store, clock: Clock, registry: Registry) -> FolderPolicies:
    """What decides until somebody publishes."""
    return FolderPolicies(folder, store, clock, check=lambda model: check_policy(model, registry.catalogue))


@asynccontextmanager
async def local_harness(folder: Path) -> AsyncIterator[LocalHarness]:
    """A harness on the local engine, in a folder of its own."""
    from tests.scenarios import agents

    (folder / "dmn").mkdir()
    clock = ManualClock()
    settings = Settings(store=f"sqlite:///{folder / 'runs.db'}", concurrency=2)
    registry = Registry.of([sys.modules[agents.__name__]])

    def policies(store: Store) -> PublishedPolicies:
        return PublishedPolicies(store, clock, folder_policies(folder / "dmn", store, clock, registry), fresh=0)

    project = Project(folder)
    async with open_app(settings, project=project, registry=registry, clock=clock, policies=policies) as app:
        harness = LocalHarness(app, clock, folder / "ledger")
        try:
            yield harness
        finally:
            for task in harness._driving.values():
                task.cancel()
            await asyncio.gather(*harness._driving.values(), return_exceptions=True)
