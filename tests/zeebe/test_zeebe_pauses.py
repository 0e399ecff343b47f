"""Routers that start paused, and runs that are let go one by one: by commands, at a real broker."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest
from tests.support.crowd import PATIENCE, Crowd
from tests.zeebe.counting import all_ended, ledger_of, start_runs
from tests.zeebe.test_zeebe_kills import crowd_at

from dmnroute.store.open import open_store
from dmnroute.zeebe.broker import RunningBroker

pytestmark = pytest.mark.xdist_group("broker")


async def test_runs_are_let_go_by_filter_and_rate(tmp_path: Path, broker: RunningBroker) -> None:
    """A router that starts paused takes no hop; those that are released end, the others wait until all may go on."""
    store = f"{tmp_path}/runs.db"
    with crowd_at(broker, tmp_path, store=store, hops=2) as crowd:
        crowd.start("router", "router", "--paused", "--by", "ann")
        crowd.start("worker")
        await crowd.serving()
        await start_runs(broker.grpc_address, tmp_path, range(3))
        await _statuses(store, {"held": 3})
        assert not ledger_of(tmp_path).exists()
        said = await _say(crowd, "release", "--policy", "p", "--limit", "2", "--rate", "20/s", "--json")
        released = json.loads(said)["released"]
        assert len(released) == 2
        await _statuses(store, {"completed": 2, "held": 1})
        await _say(crowd, "resume", "--all", "--by", "ann")
        await all_ended(store, 3, patience=PATIENCE)
        calls = Counter(line.split()[0] for line in ledger_of(tmp_path).read_text().splitlines())
        assert sorted(calls.values()) == [1, 1, 1]


async def _say(crowd: Crowd, *words: str) -> str:
    """Run a command of its own; what it wrote."""
    crowd.start(words[0], *words)
    assert await crowd.ended(words[0]) == 0, crowd.said(words[0])
    return crowd.said(words[0])


async def _statuses(url: str, wanted: dict[str, int]) -> None:
    """Wait until so many runs are held, or have ended so."""
    store = await open_store(url)
    try:
        async with asyncio.timeout(PATIENCE):
            while Counter("held" if state.held else state.status for state in await store.states()) != wanted:
                await asyncio.sleep(0.1)
    finally:
        await store.close()
