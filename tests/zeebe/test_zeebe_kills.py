"""Routers, workers and the broker die at any moment; every run ends all the same."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.tables import route

from dmnroute.routing.records import ENDED, RunState
from dmnroute.store.open import open_store
from dmnroute.zeebe.broker import RunningBroker
from dmnroute.zeebe.channel import connect
from dmnroute.zeebe.contract import PROCESS
from dmnroute.zeebe.gateway import Gateway

AGENT = '''
import os
import time
from pathlib import Path

from pydantic import BaseModel

from dmnroute import Step, agent


class Task(BaseModel):
    ledger: str
    number: int = 0


class Counted(BaseModel):
    number: int


@agent("count", version="1")
def count(task: Task, step: Step) -> Counted:
    """Count, and note the call in a ledger of its own."""
    ledger = os.open(task.ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(ledger, f"{step.id} {task.number + 1}\\n".encode())
    os.close(ledger)
    time.sleep(0.01)
    return Counted(number=task.number + 1)
'''


@dataclass
class Crowd:
    """Processes of a project that serve a broker, and are killed and started anew."""

    project: Path
    broker: RunningBroker
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def store(self) -> str:
        return str(self.project / "runs.db")

    def start(self, command: str) -> None:
        """Start `dmnroute <command>`."""
        env = os.environ | {
            "ZEEBE_ADDRESS": self.broker.grpc_address,
            "DMNROUTE_STORE": self.store,
            "DMNROUTE_JOB_TIMEOUT": "2",
            "DMNROUTE_LOG_LEVEL": "error",
        }
        with (self.project / f"{command}.log").open("wb") as log:
            self.processes[command] = subprocess.Popen(
                [sys.executable, "-m", "dmnroute", command], cwd=self.project, env=env, stdout=log, stderr=log
            )

    def said(self, command: str) -> bytes:
        """What it wrote so far."""
        return (self.project / f"{command}.log").read_bytes()

    def kill(self, command: str) -> None:
        """End it between any two lines."""
        self.processes[command].send_signal(signal.SIGKILL)
        self.processes[command].wait()


@asynccontextmanager
async def crowd(folder: Path, broker: RunningBroker, *, hops: int) -> AsyncIterator[Crowd]:
    """A project whose runs count up to a number of hops."""
    (folder / "dmn").mkdir()
    (folder / "workers").mkdir()
    (folder / "workers" / "counting.py").write_text(AGENT)
    rules = [[f"< {hops}", '"count"', "null"], ["-", "null", '"complete"']]
    (folder / "dmn" / "p.dmn").write_text(route(["run.hop"], ["agent", "action"], rules))
    made = Crowd(folder, broker)
    try:
        yield made
    finally:
        for process in made.processes.values():
            process.kill()
            process.wait()


async def all_ended(made: Crowd, number: int, *, patience: float) -> list[RunState]:
    """Wait until so many runs have ended."""
    store = await open_store(made.store)
    try:
        async with asyncio.timeout(patience):
            while True:
                states = await store.states()
                if len(states) == number and all(state.status in ENDED for state in states):
                    return states
                await asyncio.sleep(0.5)
    finally:
        await store.close()


async def start_runs(made: Crowd, number: int, ledger: Path) -> None:
    """Start runs as any client does."""
    channel = connect(made.broker.grpc_address)
    gateway = Gateway(channel)
    for run in range(number):
        variables = {"runId": f"{made.project.name}-{run}", "policy": "p", "input": {"ledger": str(ledger)}}
        await gateway.create_instance(PROCESS, variables)
    await channel.close()


async def histories_agree_with_the_ledger(made: Crowd, lines: list[str], *, hops: int) -> None:
    """Every hop was decided once, every step has one outcome, and the agents know of no other step."""
    called = {line.split()[0]: int(line.split()[1]) for line in lines}
    store = await open_store(made.store)
    try:
        recorded = Counter[str]()
        for state in await store.states():
            history = await store.history(state.run.id)
            assert history is not None
            assert [hop.decision.hop for hop in history.hops] == list(range(1, hops + 1))
            for hop in history.hops[:-1]:
                (outcome,) = hop.ordered()
                recorded[outcome.step] += 1
                assert outcome.output == {"number": hop.decision.hop}
                assert called[outcome.step] == hop.decision.hop
        assert set(recorded) == set(called)
        assert set(recorded.values()) == {1}
    finally:
        await store.close()


async def test_runs_end_while_routers_and_workers_are_killed(tmp_path: Path, broker: RunningBroker) -> None:
    """kill -9 of a router or a worker at random, again and again: nothing is lost, recorded twice or routed twice."""
    runs, hops, ledger, chance = 30, 6, tmp_path / "ledger", random.Random(7)
    async with crowd(tmp_path, broker, hops=hops) as made:
        made.start("router")
        made.start("worker")
        await started(made)
        await start_runs(made, runs, ledger)
        ending = asyncio.create_task(all_ended(made, runs, patience=240))
        while not ending.done():
            await asyncio.wait([ending], timeout=chance.uniform(0.5, 2))
            if not ending.done():
                victim = chance.choice(["router", "worker"])
                made.kill(victim)
                made.start(victim)
                await started(made)
        states = ending.result()
        assert Counter(state.status for state in states) == {"completed": runs}
        assert {state.result["number"] for state in states} == {hops - 1}
        await histories_agree_with_the_ledger(made, ledger.read_text().splitlines(), hops=hops)


async def started(made: Crowd) -> None:
    """Wait until the processes say that they serve."""
    async with asyncio.timeout(60):
        while not all(b"on Zeebe" in made.said(name) for name in made.processes):
            for name, process in made.processes.items():
                assert process.poll() is None, made.said(name).decode()
            await asyncio.sleep(0.1)


async def test_a_router_finishes_what_it_has_at_hand(tmp_path: Path, broker: RunningBroker) -> None:
    """SIGTERM: no more jobs are taken, and the process ends by itself, cleanly."""
    async with crowd(tmp_path, broker, hops=3) as made:
        made.start("router")
        made.start("worker")
        await started(made)
        await start_runs(made, 5, tmp_path / "ledger")
        await all_ended(made, 5, patience=120)
        for name, process in made.processes.items():
            process.terminate()
            assert await asyncio.to_thread(process.wait, 30) == 0, name
            assert b"jobs at hand are finished" in made.said(name)
