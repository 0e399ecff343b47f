"""Routed hops per second on a real broker, against workers that do nothing.

Both sides serve the same process (`agent-run`) on the same broker, with the same joins, by the same worker class. The
idle side answers route jobs from memory; ours evaluates a table and keeps everything in a store.

    python -m benchmarks.zeebe_hops [--runs 40] [--hops 10] [--rounds 5]

PostgreSQL is measured, too, where it is installed: a server of its own, started for the measurement.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import BaseModel
from pyzeebe import Job
from tests.support.postgres import Postgres, programs

from dmnroute import Step, agent
from dmnroute.agents.registry import Registry
from dmnroute.app import open_app
from dmnroute.project import Project
from dmnroute.routing.records.run import Limits
from dmnroute.settings import Settings
from dmnroute.zeebe.broker import BrokerOptions, up
from dmnroute.zeebe.channel import connect
from dmnroute.zeebe.contract import PROCESS, ROUTE_JOB
from dmnroute.zeebe.deployment import deploy_process
from dmnroute.zeebe.gateway import Gateway
from dmnroute.zeebe.serving import serving
from dmnroute.zeebe.wire import ROUTE_VARIABLES
from dmnroute.zeebe.worker import Worker

AT_ONCE = 30
"""Runs under way at once."""

TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="bench" name="bench" namespace="bench"
    xmlns:modeler="http://camunda.org/schema/modeler/1.0" modeler:executionPlatform="Camunda Cloud">
  <decision id="Route" name="Route">
    <decisionTable id="table" hitPolicy="FIRST">
      <input id="in"><inputExpression id="in_e"><text>run.hop</text></inputExpression></input>
      <output id="agent" name="agent" /><output id="action" name="action" />
      <rule id="on">
        <inputEntry id="on_i"><text>&lt;= {hops}</text></inputEntry>
        <outputEntry id="on_a"><text>{agents}</text></outputEntry>
        <outputEntry id="on_b"><text>null</text></outputEntry>
      </rule>
      <rule id="end">
        <inputEntry id="end_i"><text>-</text></inputEntry>
        <outputEntry id="end_a"><text>null</text></outputEntry>
        <outputEntry id="end_b"><text>"complete"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""


class Task(BaseModel):
    """What the agent takes: nothing."""


class Done(BaseModel):
    """What it gives."""

    done: bool


@agent("nothing")
async def nothing(task: Task, step: Step) -> Done:
    """Do nothing."""
    return Done(done=True)


def idle_workers(gateway: Gateway, *, hops: int, width: int) -> list[Worker]:
    """Workers that answer from memory: the cost of the broker and of pyzeebe alone."""

    async def route(job: Job) -> Mapping[str, Any]:
        hop = (job.variables.get("hop") or 0) + 1
        if hop > hops:
            return {"route": {"action": "complete", "steps": []}, "hop": hop, "result": None}
        run = job.variables["runId"]
        steps = [
            {"id": f"{run}/{hop}.{index}", "type": "agent.nothing", "process": None, "timeout": 60}
            for index in range(1, width + 1)
        ]
        return {"route": {"action": "dispatch", "steps": steps, "join": None}, "hop": hop}

    async def work(job: Job) -> Mapping[str, Any]:
        return {"outcome": {"status": "ok", "output": {"done": True}}}

    worker = Worker(gateway, "idle")
    worker.serve(ROUTE_JOB, route, variables=ROUTE_VARIABLES)
    worker.serve("agent.nothing", work, variables=["step"])
    return [worker]


@asynccontextmanager
async def our_workers(folder: Path, store: str, address: str, *, hops: int, width: int) -> AsyncIterator[list[Worker]]:
    """Router and agents on a store."""
    (folder / "dmn").mkdir(exist_ok=True)
    agents = '"nothing"' if width == 1 else "[" + ", ".join(['"nothing"'] * width) + "]"
    (folder / "dmn" / "bench.dmn").write_text(TABLE.format(hops=hops, agents=agents))
    settings = Settings(store=store, zeebe_address=address, engine="zeebe", limits=Limits(hops=hops + 1))
    registry = Registry({"nothing": nothing})
    async with open_app(settings, project=Project(folder), registry=registry) as app:
        yield await app.workers(router=True, agents=True)


async def hops_per_second(gateway: Gateway, *, runs: int, hops: int) -> float:
    """Start runs, so many at once, and wait for their ends."""
    began, places = time.perf_counter(), asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(one_run(gateway, places) for _ in range(runs)))
    return runs * (hops + 1) / (time.perf_counter() - began)


async def one_run(gateway: Gateway, places: asyncio.Semaphore) -> None:
    """Start a run, and wait for its end."""
    async with places:
        await gateway.run_to_end(PROCESS, {"policy": "bench", "runId": uuid4().hex, "input": {}}, timeout=120)


async def measure(address: str, stores: Mapping[str, str], *, runs: int, hops: int, rounds: int, width: int) -> None:
    """Take turns, and print medians and ratios."""
    figures: dict[str, list[float]] = {name: [] for name in ("idle", *stores)}
    channel = connect(address)
    gateway = Gateway(channel)
    await deploy_process(gateway)
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(rounds + 1):
            for name in figures:
                async with AsyncExitStack() as stack:
                    workers = idle_workers(gateway, hops=hops, width=width)
                    if name in stores:
                        ours = our_workers(Path(folder), stores[name], address, hops=hops, width=width)
                        workers = await stack.enter_async_context(ours)
                    await stack.enter_async_context(serving(workers))
                    figure = await hops_per_second(gateway, runs=runs, hops=hops)
                if turn:  # the first one warms up
                    figures[name].append(figure)
    await channel.close()
    report(figures, width=width)


def report(figures: Mapping[str, Sequence[float]], *, width: int) -> None:
    """Both sides, and their ratio round by round."""
    steps = "1 step" if width == 1 else f"{width} steps"
    print(f"hops per second, {steps} a hop, {AT_ONCE} runs at once (median, lowest, highest)")
    for name, values in figures.items():
        ratio = statistics.median(ours / idle for ours, idle in zip(values, figures["idle"], strict=True))
        line = f"{statistics.median(values):8.1f} {min(values):8.1f} {max(values):8.1f}"
        print(f"  {name:10} {line}   {ratio:.2f} of idle")


@contextmanager
def postgres_store() -> Iterator[dict[str, str]]:
    """A throw-away server with one database; nothing where PostgreSQL isn't installed."""
    where = programs()
    if where is None:
        print("PostgreSQL isn't installed: not measured")
        yield {}
        return
    server = Postgres(where)
    try:
        server.initialize()
        server.start()
        yield {"postgres": server.url(server.create())}
    finally:
        server.stop()
        server.remove()


def main() -> None:
    """Start a broker, measure, stop it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--hops", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    logging.getLogger("pyzeebe").setLevel(logging.ERROR)  # back-pressure is what a full load is
    # A name of its own: two measurements beside each other must not end each other's broker.
    broker = up(BrokerOptions(name=f"bench-{os.getpid()}", fresh=True, any_ports=True))
    try:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            stores = {"sqlite": f"{folder}/runs.db"} | stack.enter_context(postgres_store())
            for width in (1, 3):
                how = {"runs": given.runs, "hops": given.hops, "rounds": given.rounds, "width": width}
                asyncio.run(measure(broker.grpc_address, stores, **how))
    finally:
        broker.down()


if __name__ == "__main__":
    main()
