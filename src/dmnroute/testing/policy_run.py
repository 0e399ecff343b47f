"""Drive one run of a policy in a test: in memory, by a clock that jumps over every wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from time import monotonic
from typing import Any

from dmnroute.agents.declaration import Agent
from dmnroute.agents.execute import StepRunner
from dmnroute.agents.registry import Registry
from dmnroute.agents.slots import Slots
from dmnroute.dmn import Model
from dmnroute.errors import RouteError
from dmnroute.local.engine import LocalEngine
from dmnroute.local.lease import Leases
from dmnroute.policies.folder import FolderPolicies
from dmnroute.router.router import Router
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.checks import check_policy
from dmnroute.routing.history import History
from dmnroute.routing.ports.policies import PolicySource
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import Limits, RunState, RunStatus
from dmnroute.store.memory.store import MemoryStore
from dmnroute.testing.arriving import ArrivingRouter
from dmnroute.testing.clock import WORK, ManualClock, Work
from dmnroute.testing.policies import FixedPolicies

PATIENCE = 5.0
"""Real seconds that an agent gets before the clock goes on without it, so that its timeout can end it."""


@dataclass(frozen=True, slots=True)
class PolicyRun:
    """Where a run came to rest, and how it got there."""

    state: RunState
    history: History
    store: Store = field(repr=False)
    """Everything else that was kept: events, children, policies."""

    @property
    def status(self) -> RunStatus:
        """completed, failed, stopped, escalated (nobody answered), or waiting (for a signal that never came)."""
        return self.state.status

    @property
    def result(self) -> Any:
        """What the run returned."""
        return self.state.result

    @property
    def route(self) -> list[str]:
        """What was decided, hop by hop: the agents (`read_text`, `ocr, ocr`), else the action (`complete`)."""
        plans = [hop.decision.plan for hop in self.history.hops]
        return [", ".join(s.agent for s in p.steps) if p.action == "dispatch" else p.action for p in plans]

    @property
    def rules(self) -> list[tuple[str, int]]:
        """The rules that matched, with the decisions they belong to, in the order of the hops."""
        return [(hit.decision, hit.rule) for hop in self.history.hops for hit in hop.decision.rules]


async def run_policy(
    policy: Model | Path | str,
    *,
    agents: Iterable[Agent[..., Any]] | Registry = (),
    input: Mapping[str, Any] | None = None,
    signals: Mapping[str, Any] | None = None,
    answers: Sequence[Mapping[str, Any]] = (),
    arrives: Mapping[int, Mapping[str, Any]] | None = None,
    limits: Limits | None = None,
    clock: ManualClock | None = None,
    run: str = "test",
) -> PolicyRun:
    """Drive one run on the local engine until it ends, stops, or waits for somebody outside.

    Nothing really waits: the clock jumps from one sleeper to the next. `signals` are there from the start;
    `answers` are given to the escalations, in order; `arrives` is input that arrives while hops go on, by their number:
    the column `on_input` says what becomes of it. Beside a policy's file its child policies are found; `agents`
    are your own agents or doubles of theirs.

    Raises:
        TableError: the policy can't be loaded, or its checks find errors.
    """
    registry = agents if isinstance(agents, Registry) else Registry({agent.name: agent for agent in agents})
    clock, store, calls = clock or ManualClock(), MemoryStore(), _Calls()
    name, policies = await _source(policy, store, clock, registry.catalogue)
    router = ArrivingRouter.of(Router(store, policies, registry.catalogue, clock), arrives or {})
    await router.start([router.new_run(run, name, input=input or {}, limits=limits)])
    for signal, payload in (signals or {}).items():
        await router.controls.signal(run, signal, payload)
    with ThreadPoolExecutor(thread_name_prefix="agent") as threads:
        runner = StepRunner(calls.watched(registry), clock, threads, _WatchedSlots(calls), store)
        engine = LocalEngine(router, runner, Leases(store, clock, "test"))
        await _drive(engine, run, clock, calls)
        for answer in answers:
            if await _status(store, run) == "escalated":
                await router.controls.answer(run, answer)
                await _drive(engine, run, clock, calls)
    state, history = await store.state(run), await store.history(run)
    assert state is not None
    assert history is not None
    return PolicyRun(state, history, store)


async def _source(
    policy: Model | Path | str, store: Store, clock: ManualClock, catalogue: Catalogue
) -> tuple[str, PolicySource]:
    """The policy's name, and where it and its children come from; files are read before the clock is watched."""
    if isinstance(policy, Model):
        name = Path(policy.definitions.file).stem or "policy"
        return name, FixedPolicies({name: policy})
    file = Path(policy)
    folder = FolderPolicies(file.parent, store, clock, check=lambda model: check_policy(model, catalogue))
    await folder.active(file.stem)
    for other in file.parent.glob("*.dmn"):
        with suppress(RouteError):  # a child that can't be loaded is the error of the run that wants it
            await folder.active(other.stem)
    return file.stem, folder


async def _status(store: Store, run: str) -> RunStatus:
    state = await store.state(run)
    assert state is not None
    return state.status


async def _drive(engine: LocalEngine, run: str, clock: ManualClock, calls: _Calls) -> None:
    """Drive a run, moving the clock whenever nothing else can happen, until nothing will happen any more."""
    driving = asyncio.create_task(engine.drive(run))
    try:
        while True:
            await clock.settle()
            if driving.done():
                driving.result()
                return
            if calls.at_work():
                await asyncio.sleep(0.001)  # real time: threads and connections know no other
                continue
            due = clock.next_due()
            if due is None:
                return
            await clock.advance((due - clock.now()).total_seconds())
    finally:
        driving.cancel()
        with suppress(asyncio.CancelledError):
            await driving


@dataclass(slots=True)
class _Calls:
    """The calls of agents that are going on, each with the moment after which nobody waits for it."""

    open: dict[int, tuple[Work, float]] = field(default_factory=dict)

    def at_work(self) -> bool:
        """Whether some agent is working and may be waited for."""
        now = monotonic()
        return any(not work.asleep and now < until for work, until in list(self.open.values()))

    def watched(self, registry: Registry) -> Registry:
        """The same agents, whose calls are noticed."""
        agents = {
            name: replace(agent, function=self._noticed(agent)) if agent.is_async else agent
            for name, agent in registry.agents.items()
        }
        return Registry(agents, registry.facts, registry.forms)

    def _noticed(self, agent: Agent[..., Any]) -> Callable[..., Any]:
        @wraps(agent.function)
        async def noticed(*arguments: Any) -> Any:
            work = self.begin()
            WORK.set(work)
            try:
                return await agent.function(*arguments)
            finally:
                self.end(work)

        return noticed

    def begin(self) -> Work:
        """A call begins."""
        work = Work()
        self.open[id(work)] = work, monotonic() + PATIENCE
        return work

    def end(self, work: Work) -> None:
        """A call has ended."""
        self.open.pop(id(work))


class _WatchedSlots(Slots):
    """Notices the calls of synchronous agents in the loop: their threads may start late.

    A slot is given back after the loop has heard of the result.
    """

    def __init__(self, calls: _Calls) -> None:
        super().__init__(8)
        self._calls = calls
        self._taken: deque[Work] = deque()

    async def take(self, *, priority: int = 0) -> None:
        await super().take(priority=priority)
        self._taken.append(self._calls.begin())

    def give_back(self) -> None:
        super().give_back()
        if self._taken:
            self._calls.end(self._taken.popleft())
