"""Joins the parts: the only place that knows all of them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dmnroute.agents.execute import StepRunner
from dmnroute.agents.loading import load_folder, load_modules
from dmnroute.agents.presence import present
from dmnroute.agents.registry import Registry
from dmnroute.agents.slots import Slots
from dmnroute.dmn.checks import Finding
from dmnroute.local.engine import LocalEngine
from dmnroute.local.lease import Leases
from dmnroute.local.owner import new_owner, this_owner
from dmnroute.policies.folder import FolderPolicies
from dmnroute.policies.published import PublishedPolicies
from dmnroute.policies.trials import Trials
from dmnroute.policies.versions import Versions
from dmnroute.project import Project, find_project
from dmnroute.router.clock import SystemClock
from dmnroute.router.controls import unknown_run
from dmnroute.router.engine import Engine, Listener
from dmnroute.router.router import Router
from dmnroute.router.switching import Switching
from dmnroute.routing.breaker_rules import BreakerRules
from dmnroute.routing.checks import check_policy
from dmnroute.routing.checks.settings import breaker_findings, budget_findings, guard_findings, slo_findings
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.policies import PolicySource
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import RunState, RunStatus
from dmnroute.settings import Settings
from dmnroute.store.open import open_store

if TYPE_CHECKING:
    from dmnroute.zeebe.gateway import Gateway
    from dmnroute.zeebe.worker import Worker


log = logging.getLogger(__name__)

IMPATIENCE = 10.0
"""Seconds for which a broker is asked again before people are told that it is away."""


@dataclass(slots=True)
class App:
    """The parts of one process, joined."""

    settings: Settings
    project: Project
    store: Store
    registry: Registry
    policies: PolicySource
    router: Router
    runner: StepRunner
    local: LocalEngine
    listener: Listener
    closing: AsyncExitStack
    """What has to be given back at the end."""
    _gateway: Gateway | None = field(default=None, init=False)

    @property
    def engine(self) -> Engine:
        """The engine that new runs go to, by the settings."""
        return self.zeebe if self.settings.engine == "zeebe" else self.local

    @property
    def zeebe(self) -> Engine:
        """The engine on the broker of the settings."""
        from dmnroute.zeebe.engine import ZeebeEngine

        return ZeebeEngine(self.router, self.gateway, self.listener)

    def engine_of(self, state: RunState) -> Engine:
        """The engine that a run is bound to; of a run that nobody has touched yet, the one of the settings."""
        if state.run.process_instance is not None:
            return self.zeebe
        return self.engine if state.is_new else self.local

    async def drive(self, run: str, *, patient: bool = False) -> RunStatus:
        """Have a run driven by its engine, as far as it goes. Raises OperatorError `unknown_run`."""
        state = await self.store.state(run)
        if state is None:
            raise unknown_run(run)
        return await (await self._engine_for(state)).drive(run, patient=patient)

    async def _engine_for(self, state: RunState) -> Engine:
        """A fork that nobody has touched yet goes where the run went that it was made of."""
        origin = state.run.origin
        if state.is_new and origin is not None and (other := await self.store.state(origin.run)) is not None:
            return await self._engine_for(other)
        return self.engine_of(state)

    async def look_at_free_runs(self) -> list[RunState]:
        """Have the runs looked at that a pause held until now; answers them. Those of this engine have to be driven."""
        free = await self.router.pausing.free()
        for state in free:
            await self.engine_of(state).look(state.run.id)
        return free

    async def reach_engine(self) -> None:
        """Make sure that new runs have an engine that is there. Raises OperatorError `broker_unavailable`."""
        if self.settings.engine == "zeebe":
            await self.gateway.reach()

    async def workers(self, *, router: bool, agents: bool) -> list[Worker]:
        """Workers on Zeebe for this process; before they serve, the process is deployed where it changed.

        Raises:
            OperatorError: `broker_unavailable`.
        """
        from dmnroute.zeebe.deployment import deploy_forms, deploy_process
        from dmnroute.zeebe.policy_process import deploy_policy_process
        from dmnroute.zeebe.serving import agents_worker, router_worker

        await self.gateway.reach()
        await deploy_process(self.gateway)
        for policy in await self.store.published():
            if await self.policies.process(policy) is not None:
                await deploy_policy_process(self.gateway, policy)
        await deploy_forms(self.gateway, (self.registry.catalogue.forms or {}).values())
        name, settings = this_owner(), self.settings
        timeout = settings.job_timeout
        made: list[Worker] = []
        if router:
            made += [router_worker(self.router, self.gateway, limits=settings.limits, name=name, job_timeout=timeout)]
        if agents:
            made += [agents_worker(self.runner, self.gateway, store=self.store, name=name, job_timeout=timeout)]
        return made

    @property
    def impatient_gateway(self) -> Gateway:
        """The same connection for somebody who waits for the answer: a broker that is away is told soon."""
        from dmnroute.zeebe.retrying import Backoff

        return replace(self.gateway, backoff=Backoff(patience=IMPATIENCE))

    @property
    def gateway(self) -> Gateway:
        """The connection to the broker, made when it is asked for."""
        if self._gateway is None:
            # Imported here: gRPC takes long to load, and the local engine does without.
            from dmnroute.zeebe.channel import connect
            from dmnroute.zeebe.gateway import Gateway

            channel = connect(self.settings.zeebe_address)
            self.closing.push_async_callback(channel.close)
            self._gateway = Gateway(channel, self.settings.zeebe_address)
        return self._gateway


def load_agents(project: Project, modules: list[str]) -> Registry:
    """The agents of the project's `workers/` and of the modules named in the settings."""
    own = load_folder(project.workers) if project.workers.is_dir() else Registry()
    return own.with_others(load_modules(modules)) if modules else own


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    project: Project | None = None,
    registry: Registry | None = None,
    clock: Clock | None = None,
    policies: Callable[[Store], PolicySource] | None = None,
    listener: Listener = lambda run, turn: None,
) -> AsyncIterator[App]:
    """Open the store, load agents and tables, and close everything again at the end."""
    project = project or find_project(settings.project)
    registry = load_agents(project, settings.agents) if registry is None else registry
    clock = clock or SystemClock()
    async with AsyncExitStack() as closing:
        store = await open_store(settings.store)
        closing.push_async_callback(store.close)
        threads = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="agent")
        closing.callback(threads.shutdown, wait=False, cancel_futures=True)
        source = policies(store) if policies else _policies(settings, project, store, clock, registry)
        trials = _trials(settings, source, store, clock)
        for finding in check_settings(settings, registry):
            log.warning("%s: %s", finding.place, finding.message)
        router = Router(
            store,
            source,
            registry.catalogue,
            clock,
            settings.guards,
            BreakerRules(settings.breakers),
            budgets=settings.budgets,
            tenant=settings.tenant,
            slos=settings.slos,
            pins=settings.versions == "pin",
            after=trials.after if trials else None,
        )
        runner = StepRunner(registry, clock, threads, Slots(settings.concurrency), store)
        leases = Leases(store, clock, new_owner(), seconds=settings.lease)
        engine = LocalEngine(router, runner, leases, listener)
        await closing.enter_async_context(present(registry, store, clock))
        if trials is not None:
            await closing.enter_async_context(trials.watched())
        yield App(settings, project, store, registry, source, router, runner, engine, listener, closing)


def switching(app: App) -> Switching:
    """The breakers of an app, to be switched by people."""
    return Switching(app.store, app.router.breakers, app.registry.catalogue, app.router.clock)


def check_settings(settings: Settings, registry: Registry) -> list[Finding]:
    """What is doubtful in the settings, seen beside the agents that are loaded here."""
    agents = registry.agents
    return [
        *budget_findings(settings.budgets, agents),
        *slo_findings(settings.slos, settings.limits),
        *breaker_findings(BreakerRules(settings.breakers), agents),
        *guard_findings(settings.guards, agents),
    ]


def _trials(settings: Settings, source: PolicySource, store: Store, clock: Clock) -> Trials | None:
    """Has canaries judged; where nothing is published there are none."""
    if not isinstance(source, PublishedPolicies):
        return None
    return Trials(source, Versions(store, clock, four_eyes=settings.four_eyes))


def _policies(settings: Settings, project: Project, store: Store, clock: Clock, registry: Registry) -> PolicySource:
    """What was published, else the project's tables, checked against its agents before they count."""
    folder = FolderPolicies(project.policies, store, clock, check=lambda model: check_policy(model, registry.catalogue))
    return folder if settings.policies == "folder" else PublishedPolicies(store, clock, folder)
