"""Joins the parts: the only place that knows all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dmnroute.agents.execute import StepRunner
from dmnroute.agents.loading import load_folder, load_modules
from dmnroute.agents.registry import Registry
from dmnroute.agents.slots import Slots
from dmnroute.local.engine import Listener, LocalEngine
from dmnroute.local.lease import Leases
from dmnroute.local.owner import this_owner
from dmnroute.policies.folder import FolderPolicies
from dmnroute.project import Project, find_project
from dmnroute.router.clock import SystemClock
from dmnroute.router.router import Router
from dmnroute.routing.checks import check_policy
from dmnroute.routing.ports import Clock, PolicySource, Store
from dmnroute.settings import Settings
from dmnroute.store.open import open_store


@dataclass(frozen=True, slots=True)
class App:
    """The parts of one process, joined."""

    settings: Settings
    project: Project
    store: Store
    registry: Registry
    policies: PolicySource
    router: Router
    engine: LocalEngine


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
    store = await open_store(settings.store)
    threads = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="agent")
    try:
        source = (
            policies(store)
            if policies
            else FolderPolicies(
                project.policies, store, clock, check=lambda model: check_policy(model, registry.catalogue)
            )
        )
        router = Router(store, source, registry.catalogue, clock)
        runner = StepRunner(registry, clock, threads, Slots(settings.concurrency))
        leases = Leases(store, clock, this_owner(), seconds=settings.lease)
        yield App(settings, project, store, registry, source, router, LocalEngine(router, runner, leases, listener))
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        await store.close()
