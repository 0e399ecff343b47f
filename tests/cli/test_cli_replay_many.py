"""`dmnroute replay --all` over ten thousand hops: one was tampered with, and no other diverges."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

from tests.cli.conftest import Bench, Cli
from tests.support.recorded_runs import Policies, Recorder, copy_runs, policy

from dmnroute.routing.canonical import loads
from dmnroute.store.open import open_store

HOPS = 10_000

AGENTS = """
from pydantic import BaseModel

from dmnroute import agent


class Text(BaseModel):
    text: str = ""
    effort: int | None = None


class Grade(BaseModel):
    score: int
    kind: str | None = None


@agent("read", cost="0.01")
def read(given: Text) -> Grade: ...


@agent("reread", cost="0.01")
def reread(given: Text) -> Grade: ...


@agent("judge", cost="0.01")
def judge(given: Text) -> Grade: ...
"""


def test_ten_thousand_hops_are_replayed(bench: Bench, cli: Cli) -> None:
    """Bit for bit, but for the one hop before which somebody changed what was recorded."""
    (bench.root / "workers" / "texts.py").write_text(AGENTS)
    file = bench.root / "many.db"
    hops = asyncio.run(_record(file))
    with closing(sqlite3.connect(file)) as database:
        copies = -(-HOPS // hops)
        for copy in range(1, copies):
            copy_runs(database, copy)
        step = _sure_step(database)
        database.execute("UPDATE steps SET confidence = '0.01' WHERE id = ?", [step])
        database.commit()
    said = cli("--store", f"sqlite:///{file}", "replay", "--all", "--json")
    found = loads(said.out)
    assert said.code == 1
    assert found["decisions"] == hops * copies
    assert found["decisions"] >= HOPS
    (diverged,) = found["diverged"]
    run, _, place = step.rpartition("/")
    assert (diverged["run"], diverged["hop"]) == (run, int(place.partition(".")[0]) + 1)


async def _record(file: Path) -> int:
    store = await open_store(f"sqlite:///{file}")
    policies = Policies(store)
    await policies.publish(policy())
    hops = 0
    async for run in Recorder(store, policies, Random(7)).record(100):
        history = await store.history(run)
        hops += len(history.hops) if history else 0
    await store.close()
    return hops


def _sure_step(database: sqlite3.Connection) -> str:
    """A reading that was good, sure, and the end of its run."""
    query = """
        SELECT steps.id FROM steps JOIN runs ON runs.id = steps.run JOIN decisions ON decisions.run = steps.run
        WHERE steps.agent = 'read' AND steps.hop = 1 AND steps.status = 'ok' AND steps.confidence > '0.7'
        AND runs.status = 'completed' AND runs.hop = 2 ORDER BY steps.id LIMIT 1
    """
    return str(database.execute(query).fetchone()[0])
