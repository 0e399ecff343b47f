"""Versions that are published while many runs go on, with two routers: nothing is lost, nothing is mixed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.crowd import Crowd
from tests.versions.marked import AGENT, POLICY, Publisher, check

from dmnroute.app import App, open_app
from dmnroute.project import Project
from dmnroute.router.clock import SystemClock
from dmnroute.router.controls import Controls
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import ENDED
from dmnroute.settings import Settings
from dmnroute.store.open import open_store
from dmnroute.zeebe.broker import RunningBroker
from dmnroute.zeebe.channel import connect
from dmnroute.zeebe.contract import PROCESS, WAKE_MESSAGE
from dmnroute.zeebe.gateway import Gateway

SIZES = [pytest.param(60, id="60"), pytest.param(1000, id="1000", marks=pytest.mark.soak)]


AT_ONCE = 40
"""Runs that one process drives at the same time: one that drives them all is busy looking after them."""


def make_project(folder: Path) -> Project:
    (folder / "dmn").mkdir()
    (folder / "workers").mkdir()
    (folder / "workers" / "counting.py").write_text(AGENT)
    return Project(folder)


def tell(engine: str, runs: int, publisher: Publisher, hops: dict[int, int], seconds: float) -> None:
    """For whoever watches a soak."""
    print(
        f"\n{engine}: {runs} runs, {sum(hops.values())} hops in {seconds:.0f} s, {len(publisher.marks)} versions"
        f" published, {len(hops)} of them decided; at most {max(publisher.open_then)} runs open at a publication"
    )


@pytest.mark.parametrize("runs", SIZES)
async def test_publishing_loses_and_mixes_nothing_on_the_local_engine(tmp_path: Path, runs: int) -> None:
    """Two apps share a store, each drives half of the runs, many at once; every other run keeps its version."""
    began, project = time.monotonic(), make_project(tmp_path)
    settings = Settings(store=str(tmp_path / "runs.db"), lease=600)
    async with open_app(settings, project=project) as one, open_app(settings, project=project) as two:
        publisher = Publisher(one.store, one.registry, project.policies, waits=False)
        await publisher.publish()
        given = {"ledger": str(tmp_path / "ledger")}
        kinds = [replace(one.router, pins=pins) for pins in (False, True)]
        made = [kinds[number % 2].new_run(f"r{number}", POLICY, input=given) for number in range(runs)]
        await one.router.start(made)
        apps = [(each, asyncio.Semaphore(AT_ONCE)) for each in (one, two)]
        driving = [asyncio.create_task(drive(*apps[n // 2 % 2], run.id)) for n, run in enumerate(made)]
        await publisher.until(runs, ENDED, every=0.3, patience=1200)
        await asyncio.gather(*driving)
        hops = await check(publisher, runs, tmp_path / "ledger")
        assert max(publisher.open_then) == runs
        assert len(hops) > 1
        tell("local engine", runs, publisher, hops, time.monotonic() - began)


async def drive(app: App, places: asyncio.Semaphore, run: str) -> None:
    async with places:
        assert await app.local.drive(run) == "completed"


@pytest.mark.xdist_group("broker")
@pytest.mark.parametrize("runs", SIZES)
async def test_publishing_loses_and_mixes_nothing_on_zeebe(tmp_path: Path, broker: RunningBroker, runs: int) -> None:
    """Two routers and two workers, each a process of its own; the runs of one router's first jobs keep their version.

    All runs are open when a version is published: they wait until all have been started.
    """
    began, project = time.monotonic(), make_project(tmp_path)
    environment = {
        "ZEEBE_ADDRESS": broker.grpc_address,
        "DMNROUTE_STORE": str(tmp_path / "runs.db"),
        "DMNROUTE_LOG_LEVEL": "error",
    }
    crowd, store = Crowd(tmp_path, environment), await open_store(str(tmp_path / "runs.db"))
    async with open_app(Settings(store=str(tmp_path / "runs.db")), project=project) as app:
        publisher = Publisher(store, app.registry, project.policies, waits=True)
    try:
        await publisher.publish()
        for name in ("router-1", "worker-1", "worker-2"):
            crowd.start(name)
        crowd.environment = {**environment, "DMNROUTE_VERSIONS": "pin"}
        crowd.start("router-2")
        await crowd.serving()
        every = 1 if runs < 100 else 3
        async with connect(broker.grpc_address) as channel:
            gateway = Gateway(channel)
            starting = asyncio.create_task(start(gateway, tmp_path, runs))
            await publisher.until(runs, {"waiting"}, every=every, patience=1200)
            await starting
            letting_go = asyncio.create_task(let_go(store, gateway))
            await publisher.until(runs, ENDED, every=every, patience=1200)
            await letting_go
        hops = await check(publisher, runs, tmp_path / "ledger")
        kept = sum(state.run.pins for state in await store.states())
        assert max(publisher.open_then) == runs
        assert len(hops) > 1
        assert 0 < kept < runs
        tell(f"Zeebe ({kept} runs keep their version)", runs, publisher, hops, time.monotonic() - began)
    finally:
        crowd.end()
        await store.close()


async def start(gateway: Gateway, project: Path, runs: int) -> None:
    """Start runs as any client does."""
    for number in range(runs):
        given = {"policy": POLICY, "input": {"ledger": str(project / "ledger")}}
        await gateway.create_instance(PROCESS, given | {"runId": f"{project.name}-{number}"})


async def let_go(store: Store, gateway: Gateway) -> None:
    """Signal all runs, as `dmnroute signal` does."""
    for state in await store.states():
        await Controls(store, SystemClock()).signal(state.run.id, "go")
        await gateway.publish(WAKE_MESSAGE, state.run.id)
