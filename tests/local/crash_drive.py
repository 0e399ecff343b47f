"""Drive the runs of a folder to their end: `python -m tests.local.crash_drive FOLDER`. Made to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.local import crash_agents
from tests.support.tables import by_hop, route

from dmnroute.agents.registry import Registry
from dmnroute.app import App, open_app
from dmnroute.project import Project
from dmnroute.router.crowd import drive_all
from dmnroute.settings import Settings

RUNS = [f"run-{'ab'[n % 2] * (n % 5 + 1)}-{n}" for n in range(20)]
AT_ONCE = 6

POLICY = by_hop(
    ["agent", "action", "for_each", "join", "retries", "wait", "as"],
    [
        {"agent": '["read", "add"]'},
        {"agent": 'if last.confidence < 0.7 then ["count", "count"] else ["count"]', "for_each": "[3, 1, 2]"},
        {"agent": '"stumble"', "retries": "1"},
        {"action": '"wait"', "wait": "0.05"},
        {"agent": '"run:child"', "as": '"kid"'},
        {"agent": '["add", "linger", "add"]', "join": "2"},
        {"action": '"complete"'},
    ],
)
CHILD = route(
    ["last.status", "steps.add.status"],
    ["agent", "action"],
    [['"start"', "-", '"add"', "null"], ["-", '"ok"', "null", '"complete"']],
)


async def drive(folder: Path) -> None:
    """Start what isn't started, and drive everything."""
    slots = AT_ONCE + 2  # those that linger leave two for the others
    settings = Settings(store=f"sqlite:///{folder / 'runs.db'}", concurrency=slots)
    registry = Registry.of([crash_agents])
    async with open_app(settings, project=Project(folder), registry=registry) as app:
        await _start(app, folder)
        print("ready", flush=True)
        async for _ in drive_all(app.local.drive, RUNS, at_once=AT_ONCE):
            pass


async def _start(app: App, folder: Path) -> None:
    runs = [
        app.router.new_run(name, "p", input={"ledger": str(folder / "ledger"), "name": name}, tags={"kind": "crash"})
        for name in RUNS
    ]
    await app.router.start(runs)


def prepare(folder: Path) -> None:
    """Write the tables."""
    (folder / "dmn").mkdir(parents=True)
    (folder / "dmn" / "p.dmn").write_text(POLICY)
    (folder / "dmn" / "child.dmn").write_text(CHILD)


if __name__ == "__main__":
    asyncio.run(drive(Path(sys.argv[1])))
