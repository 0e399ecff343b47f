"""Routers, workers and the broker die at any moment; every run ends all the same, and nothing is recorded twice."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.broker import up_again
from tests.support.crowd import Crowd
from tests.support.postgres import Postgres
from tests.zeebe.counting import agrees_with_the_ledger, all_ended, ledger_of, make_project, start_runs

from dmnroute.zeebe.broker import RunningBroker


@dataclass(frozen=True)
class Siege:
    """How many runs, and how they are disturbed. Seconds."""

    runs: int
    hops: int
    pause: tuple[float, float]
    """Between two kills, from the moment on when all processes serve again."""
    kills: int
    """At least; a siege without an end goes on until all runs have ended."""
    endless: bool
    patience: float


SIZES = [
    pytest.param(Siege(runs=16, hops=5, pause=(0.2, 0.8), kills=4, endless=False, patience=300), id="small"),
    pytest.param(
        Siege(runs=100, hops=10, pause=(3, 3), kills=8, endless=True, patience=1800), id="soak", marks=pytest.mark.soak
    ),
]


@contextmanager
def crowd_at(broker: RunningBroker, project: Path, *, store: str, hops: int) -> Iterator[Crowd]:
    """A project whose runs count, and its processes, none of them started."""
    make_project(project, hops=hops)
    environment = {
        "ZEEBE_ADDRESS": broker.grpc_address,
        "DMNROUTE_STORE": store,
        "DMNROUTE_JOB_TIMEOUT": "2",
        "DMNROUTE_LOG_LEVEL": "error",
    }
    crowd = Crowd(project, environment)
    try:
        yield crowd
    finally:
        crowd.end()


async def besiege(crowd: Crowd, siege: Siege) -> Counter[str]:
    """Start the runs in waves, each followed by a kill -9 of any process; how often each was killed."""
    chance, killed, started = random.Random(7), Counter[str](), 0
    store, broker = crowd.environment["DMNROUTE_STORE"], crowd.environment["ZEEBE_ADDRESS"]
    ending = asyncio.create_task(all_ended(store, siege.runs, patience=siege.patience))
    wave = -(-siege.runs // siege.kills)
    victims = itertools.cycle(chance.sample(sorted(crowd.processes), len(crowd.processes)))
    while killed.total() < siege.kills or (siege.endless and not ending.done()):
        await start_runs(broker, crowd.project, range(started, min(started + wave, siege.runs)))
        started = min(started + wave, siege.runs)
        await asyncio.wait([ending], timeout=chance.uniform(*siege.pause))
        victim = next(victims)
        crowd.kill(victim)
        killed[victim] += 1
        crowd.start(victim)
        await crowd.serving()
    await ending
    return killed


async def check(crowd: Crowd, siege: Siege, killed: Counter[str], *, seconds: float) -> None:
    """Hold the store against the ledger, and tell how it was."""
    store = crowd.environment["DMNROUTE_STORE"]
    states = await all_ended(store, siege.runs, patience=10)
    again = await agrees_with_the_ledger(store, crowd.project, states, hops=siege.hops)
    print(
        f"{siege.runs} runs × {siege.hops} hops in {seconds:.0f} s,"
        f" {killed.total()} kills {dict(sorted(killed.items()))},"
        f" {again} of {siege.runs * (siege.hops - 1)} steps done again"
    )


@pytest.mark.parametrize("siege", SIZES)
async def test_runs_end_while_a_router_and_a_worker_are_killed(
    tmp_path: Path, broker: RunningBroker, siege: Siege
) -> None:
    """kill -9 at random, on SQLite, with nobody to take over but the process that is started next."""
    began = time.monotonic()
    with crowd_at(broker, tmp_path, store=str(tmp_path / "runs.db"), hops=siege.hops) as crowd:
        for name in ("router", "worker"):
            crowd.start(name)
        await crowd.serving()
        killed = await besiege(crowd, siege)
        await check(crowd, siege, killed, seconds=time.monotonic() - began)


@pytest.mark.parametrize("siege", SIZES)
async def test_runs_end_while_routers_and_workers_on_postgresql_are_killed(
    tmp_path: Path, broker: RunningBroker, postgres: Postgres, siege: Siege
) -> None:
    """Two routers and two workers share a store: those that live take over."""
    began = time.monotonic()
    with crowd_at(broker, tmp_path, store=postgres.url(postgres.create()), hops=siege.hops) as crowd:
        for name in ("router-1", "router-2", "worker-1", "worker-2"):
            crowd.start(name)
        await crowd.serving()
        killed = await besiege(crowd, siege)
        await check(crowd, siege, killed, seconds=time.monotonic() - began)


@pytest.mark.parametrize("how", ["stopped", pytest.param("killed", marks=pytest.mark.soak)])
async def test_runs_go_on_after_the_broker_was_away(tmp_path: Path, own_broker: RunningBroker, how: str) -> None:
    """The broker comes back with its data and its address; routers and workers find it again by themselves."""
    runs, hops = 12, 6
    with crowd_at(own_broker, tmp_path, store=str(tmp_path / "runs.db"), hops=hops) as crowd:
        crowd.start("router")
        crowd.start("worker")
        await crowd.serving()
        await start_runs(own_broker.grpc_address, tmp_path, range(runs))
        await until_called(tmp_path, runs)
        if how == "killed":
            os.kill(own_broker.state.process.pid, signal.SIGKILL)
        await asyncio.to_thread(own_broker.down, patience=3)
        before = calls(tmp_path)
        assert before < runs * (hops - 1)
        await asyncio.to_thread(up_again, own_broker)
        states = await all_ended(crowd.environment["DMNROUTE_STORE"], runs, patience=240)
        assert all(process.poll() is None for process in crowd.processes.values())
        await agrees_with_the_ledger(crowd.environment["DMNROUTE_STORE"], tmp_path, states, hops=hops)


async def test_sigterm_finishes_what_is_at_hand(tmp_path: Path, broker: RunningBroker) -> None:
    """No more jobs are taken, those at hand are completed, the process ends by itself; another one goes on."""
    runs, hops = 10, 5
    with crowd_at(broker, tmp_path, store=str(tmp_path / "runs.db"), hops=hops) as crowd:
        crowd.start("router-1")
        crowd.start("worker-1")
        await crowd.serving()
        await start_runs(broker.grpc_address, tmp_path, range(runs))
        await until_called(tmp_path, runs)
        for name in ("router-1", "worker-1"):
            assert await crowd.terminated(name) == 0, crowd.said(name)
            assert "jobs at hand are finished" in crowd.said(name)
        crowd.start("router-2")
        crowd.start("worker-2")
        states = await all_ended(crowd.environment["DMNROUTE_STORE"], runs, patience=240)
        assert await agrees_with_the_ledger(crowd.environment["DMNROUTE_STORE"], tmp_path, states, hops=hops) == 0


def calls(project: Path) -> int:
    """How often agents were called so far."""
    ledger = ledger_of(project)
    return len(ledger.read_text().splitlines()) if ledger.exists() else 0


async def until_called(project: Path, times: int) -> None:
    """Wait until agents were called so often: runs are under way, and none has ended."""
    async with asyncio.timeout(120):
        while calls(project) < times:
            await asyncio.sleep(0.01)
