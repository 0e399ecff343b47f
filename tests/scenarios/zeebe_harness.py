"""The scenarios on a real broker: router and agent workers in this process, time on the broker's controlled clock."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from pyzeebe import Job
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub
from tests.scenarios.harness import folder_policies, lose_next_outcome

from dmnroute.agents.execute import StepRunner
from dmnroute.agents.registry import Registry
from dmnroute.agents.slots import Slots
from dmnroute.policies.published import PublishedPolicies
from dmnroute.policies.trials import Trials
from dmnroute.policies.versions import Versions
from dmnroute.router.forks import Forks
from dmnroute.router.router import Router
from dmnroute.router.steering import Wish
from dmnroute.routing.budgets import Budget
from dmnroute.routing.history import History
from dmnroute.routing.records.hop import OnInput
from dmnroute.routing.records.run import Guards, Limits, Run, RunState, RunStatus
from dmnroute.routing.records.step import Outcome
from dmnroute.store.open import open_store
from dmnroute.zeebe.channel import connect
from dmnroute.zeebe.contract import JOIN_JOB, REMIND_JOB, ROUTE_JOB, SIGNAL_JOB
from dmnroute.zeebe.deployment import deploy_forms, deploy_process
from dmnroute.zeebe.engine import ZeebeEngine
from dmnroute.zeebe.gateway import Gateway
from dmnroute.zeebe.join_worker import JOIN_VARIABLES, JoinWorker
from dmnroute.zeebe.remind_worker import REMIND_VARIABLES, RemindWorker
from dmnroute.zeebe.route_worker import RouteWorker
from dmnroute.zeebe.serving import agents_worker
from dmnroute.zeebe.signal_worker import SIGNAL_VARIABLES, SignalWorker
from dmnroute.zeebe.wire import ROUTE_VARIABLES
from dmnroute.zeebe.worker import PUT_OFF, Worker

PATIENCE = 8.0


class ClockedBroker(Protocol):
    """A broker that was started with a controlled clock."""

    @property
    def grpc_address(self) -> str: ...

    def advance_clock(self, seconds: float) -> None: ...


_ahead: Counter[str] = Counter()
"""Seconds that each broker was moved ahead; a broker serves many tests, one at a time."""


@dataclass
class BrokerClock:
    """The broker's time: real time, and what the broker was moved ahead."""

    broker: ClockedBroker

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=_ahead[self.broker.grpc_address])

    async def advance(self, seconds: float) -> None:
        """Move the broker's clock, and this one with it."""
        await asyncio.to_thread(self.broker.advance_clock, seconds)
        _ahead[self.broker.grpc_address] += int(seconds)

    async def sleep(self, seconds: float) -> None:
        """Sleep until the clock shows so much more, by whichever way."""
        until = self.now() + timedelta(seconds=seconds)
        while (left := (until - self.now()).total_seconds()) > 0:
            await asyncio.sleep(min(left, 0.05))


@dataclass
class ZeebeHarness:
    """A router and agents on the broker."""

    folder: Path
    clock: BrokerClock
    router: Router
    engine: ZeebeEngine
    limits: Limits = field(default_factory=Limits)
    guards: Guards = field(default_factory=Guards)
    budgets: list[Budget] = field(default_factory=list)
    pins: bool = False
    tenant: str = "default"
    _ids: dict[str, str] = field(default_factory=dict)
    _driving: list[asyncio.Task[RunStatus]] = field(default_factory=list)

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    def publish(self, policy: str, text: str) -> None:
        (self.folder / "dmn" / f"{policy}.dmn").write_text(text)

    async def start(
        self,
        policy: str,
        *,
        run: str = "r",
        input: Mapping[str, Any] | None = None,
        limits: Limits | None = None,
        guards: Guards | None = None,
    ) -> str:
        self.limits, self.guards = limits or Limits(), guards or Guards()
        name = self._ids.setdefault(run, f"{run}-{uuid4().hex[:8]}")
        await self.engine.start(policy, run=name, input={"ledger": str(self.ledger), **(input or {})})
        return name

    async def until(self, run: str, *statuses: RunStatus, patience: float = PATIENCE) -> RunState:
        async with asyncio.timeout(patience):
            while True:
                state = await self.router.store.state(self._ids.get(run, run))
                if state is not None and state.status in statuses:
                    return state
                await asyncio.sleep(0.01)

    async def until_called(self, agent: str, times: int = 1) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.calls()[agent] < times:
                await asyncio.sleep(0.01)

    async def advance(self, seconds: float) -> None:
        # The store knows of a wait before the broker has set its timer; only time tells when it has.
        await asyncio.sleep(0.5)
        await self.clock.advance(seconds)

    async def signal(self, run: str, name: str, payload: Any = None, *, key: str | None = None) -> None:
        await self.engine.signal(run, name, payload, key=key)

    async def input(self, run: str, given: Mapping[str, Any], *, key: str | None = None) -> OnInput:
        return await self.engine.input(run, given, who="ann", key=key)

    async def answer(self, run: str, answer: Mapping[str, Any], *, question: str | None = None) -> None:
        await self.engine.answer(run, answer, question=question)

    async def answer_elsewhere(self, run: str, answer: Mapping[str, Any]) -> None:
        """As Tasklist does: take the task of the run's instance, and complete it."""
        state = await self.router.store.state(run)
        assert state is not None
        async with asyncio.timeout(PATIENCE):
            while (task := await self.task_of_people(int(state.run.process_instance or 0))) is None:
                await asyncio.sleep(0.1)
        assert await self.engine.gateway.complete(task.key, {"answer": dict(answer), "hop": 77})

    async def task_of_people(self, instance: int) -> pb.ActivatedJob | None:
        """The open task of an instance; those of others are given back in a moment."""
        asked = pb.ActivateJobsRequest(
            type="io.camunda.zeebe:userTask", worker="tasklist", timeout=200, maxJobsToActivate=100, requestTimeout=500
        )
        answers = GatewayStub(self.engine.gateway.channel).ActivateJobs(asked)
        jobs = [job async for answer in answers for job in answer.jobs]
        return next((job for job in jobs if job.processInstanceKey == instance), None)

    async def retry(self, run: str) -> None:
        await self.engine.retry(run)

    async def cancel(self, run: str) -> None:
        await self.engine.cancel(run, who="ann", why="ordered twice")

    async def cancel_step(self, step: str) -> None:
        await self.engine.cancel_step(step)

    async def steer(self, run: str, *wishes: Wish, why: str | None = None) -> None:
        await self.engine.steer(run, wishes, who="ann", why=why)

    async def look_at_free_runs(self) -> None:
        for state in await self.router.pausing.free():
            await self.engine.look(state.run.id)

    @property
    def forks(self) -> Forks:
        return self.router.forks

    async def forked(self, made: Awaitable[Run]) -> str:
        run = (await made).id
        self._driving.append(asyncio.create_task(self.engine.drive(run)))
        return run

    async def redeliver_route(self, run: str, hop: int) -> None:
        state = await self.router.store.state(run)
        assert state is not None
        job = route_job(run, int(state.run.process_instance or 0), hop=hop - 1)
        await RouteWorker(self.router, self.limits).handle(job)

    async def redeliver_step(self, run: str, hop: int, index: int) -> bool:
        step = (await self.history(run)).hops[hop - 1].decision.plan.steps[index - 1]
        again = Outcome(step=step.id, agent=step.agent, status="ok", output={"greeting": "once more"})
        return await self.router.record(again)

    def lose_next_outcome(self) -> None:
        lose_next_outcome(self.router.store)

    async def deliver_again(self, run: str) -> None:
        await self.advance(PUT_OFF)

    async def history(self, run: str) -> History:
        history = await self.router.store.history(self._ids.get(run, run))
        assert history is not None
        return history

    def calls(self) -> Counter[str]:
        lines = self.ledger.read_text().splitlines() if self.ledger.exists() else []
        return Counter(line.split()[0] for line in lines)


def route_job(run: str, instance: int, *, hop: int) -> Job:
    """A route job as the broker delivers it."""
    return Job(
        key=1,
        type="dmnroute.route",
        process_instance_key=instance,
        bpmn_process_id="agent-run",
        process_definition_version=1,
        process_definition_key=1,
        element_id="Route",
        element_instance_key=1,
        custom_headers={},
        worker="test",
        retries=3,
        deadline=0,
        variables={"runId": run, "hop": hop},
    )


@asynccontextmanager
async def zeebe_harness(
    folder: Path, broker: ClockedBroker, *, elsewhere: Sequence[str] = ()
) -> AsyncIterator[ZeebeHarness]:
    """A harness on the broker, with a store, a router and workers of its own; some agents may work elsewhere."""
    from tests.scenarios import agents

    (folder / "dmn").mkdir()
    registry = Registry.of([sys.modules[agents.__name__]])
    clock = BrokerClock(broker)
    store = await open_store(str(folder / "runs.db"))
    policies = PublishedPolicies(store, clock, folder_policies(folder / "dmn", store, clock, registry), fresh=0)
    trials = Trials(policies, Versions(store, clock))
    budgets: list[Budget] = []
    router = Router(store, policies, registry.catalogue, clock, budgets=budgets, after=trials.after)
    channel = connect(broker.grpc_address)
    gateway = Gateway(channel)
    await deploy_process(gateway)
    await deploy_forms(gateway, (registry.catalogue.forms or {}).values())
    harness = ZeebeHarness(folder, clock, router, ZeebeEngine(router, gateway), budgets=budgets)
    with ThreadPoolExecutor(2) as threads:
        here = Registry({name: agent for name, agent in registry.agents.items() if name not in elsewhere})
        runner = StepRunner(here, clock, threads, Slots(2), store)

        async def route(job: Job) -> Mapping[str, Any]:
            given = replace(router, guards=harness.guards, pins=harness.pins, tenant=harness.tenant)
            return await RouteWorker(given, harness.limits).handle(job)

        routes = Worker(gateway, "router")
        routes.serve(ROUTE_JOB, route, variables=ROUTE_VARIABLES)
        routes.serve(JOIN_JOB, JoinWorker(router).handle, variables=JOIN_VARIABLES)
        routes.serve(SIGNAL_JOB, SignalWorker(router, gateway).handle, variables=SIGNAL_VARIABLES)
        routes.serve(REMIND_JOB, RemindWorker(router).handle, variables=REMIND_VARIABLES)
        workers = [
            routes,
            agents_worker(runner, gateway, store=store, name="agents", job_timeout=3),
        ]
        tasks = [asyncio.create_task(worker.work()) for worker in workers]
        try:
            async with trials.watched():
                yield harness
        finally:
            for state in await store.states():
                if state.run.process_instance is not None:
                    await gateway.cancel_instance(state.run.process_instance)
            tasks += harness._driving
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await store.close()
            await channel.close()
