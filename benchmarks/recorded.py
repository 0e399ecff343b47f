"""Backtest, replay, and what a hop takes in the store, on generated stores of many runs.

    python -m benchmarks.recorded [--decisions 1000000]

Some hundred runs are really routed; all others are copies of them with other ids and other confidences. Each
measurement is a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

from tests.support.recorded_runs import CATALOGUE, Policies, Recorder, copy_runs, policy, version_of

from benchmarks.measuring import show
from benchmarks.targets import Target
from dmnroute.backtest.backtest import backtest
from dmnroute.dmn import load
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.recorded import Window
from dmnroute.routing.replay import replay
from dmnroute.store.open import open_store

BASE = 400
"""Runs that are really routed."""

SECONDS = 60
"""Of a processor, for a million decisions."""

REPLAYED = 10_000
"""Decisions that are replayed at most."""

SURE = Decimal("0.7")
"""A confidence above every threshold of the policy."""


def measure(decisions: int) -> list[Target]:
    """Generate a store with so many decisions at least, and measure on it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "runs.db"
        runs, hops, grown = generate(file, decisions)
        rows, million = [], {}
        for name in MEASURED:
            told = subprocess.run(
                [sys.executable, "-m", "benchmarks.recorded", name, str(file)], stdout=subprocess.PIPE
            )
            found = json.loads(told.stdout)
            seconds, count = found["seconds"], found["decisions"]
            million[name] = seconds / count * 1_000_000
            rows.append([name, f"{count:,}", seconds, f"{count / seconds:,.0f}", found["peak"], found["said"]])
        head = ("", "decisions", "processor seconds", "decisions/s", "peak MB", "found")
        show(f"Recorded decisions: {runs:,} runs with {hops:,} hops in SQLite", head, rows)
        show("Store: kB a hop, steps and outcomes included", ("SQLite",), [[grown / hops / 1000]])
    return [Target("a million recorded decisions, backtested", million["backtest"], SECONDS, "s", True)]


def generate(file: Path, decisions: int) -> tuple[int, int, int]:
    """Runs, hops, and the bytes that they take."""
    asyncio.run(_record(file))
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        (base,) = database.execute("SELECT count(*) FROM decisions").fetchone()
        database.execute("DELETE FROM events")
        for copy in range(1, -(-decisions // base)):
            copy_runs(database, copy)
        database.commit()
        database.execute("PRAGMA journal_mode = WAL")
        runs, hops = (
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("runs", "decisions")
        )
    return runs, hops, file.stat().st_size


async def _record(file: Path) -> None:
    store = await open_store(f"sqlite:///{file}")
    policies = Policies(store)
    await policies.publish(policy())
    async for _ in Recorder(store, policies, Random(7)).record(BASE):
        pass
    await store.close()


async def _backtest(file: Path) -> tuple[int, str]:
    store = await open_store(f"sqlite:///{file}")
    draft = version_of(policy(doubt="0.5", late="0.9"))
    found = await backtest(store, draft, CATALOGUE, _Versions(store).version, window=Window("texts"))
    await store.close()
    return found.decisions, f"{found.changed_hops:,} hops go another way"


async def _replay(file: Path, *, tamper: bool = False) -> tuple[int, str]:
    """Replay until there are enough; with `tamper` the first outcome that a table compares isn't as it was recorded."""
    store = await open_store(f"sqlite:///{file}")
    versions, decisions, diverged, expected = _Versions(store), 0, 0, int(tamper)
    for state in await store.states(policy="texts", limit=REPLAYED // 3):
        history = await store.history(state.run.id)
        assert history is not None
        changed = _tampered(history) if tamper else None
        if changed is not None:
            history, tamper = changed, False
        version = await versions.version("texts", 1)
        for hop in range(1, len(history.hops) + 1):
            decisions += 1
            diverged += not replay(history, hop, policy=version, catalogue=CATALOGUE).identical
        if decisions >= REPLAYED:
            break
    await store.close()
    if diverged != expected:
        raise SystemExit(f"{diverged} divergences were found, and there {'is one' if expected else 'are none'}")
    return decisions, f"{diverged} divergences"


async def _replay_tampered(file: Path) -> tuple[int, str]:
    return await _replay(file, tamper=True)


def _tampered(history: History) -> History | None:
    """The run as if its first reader had been in doubt; null where the tables decided once more, or it wasn't sure."""
    if len(history.hops) != 2:
        return None
    first = history.hops[0]
    sure = [each for each in first.ordered() if each.confidence is not None and each.confidence >= SURE]
    if not sure:
        return None
    doubtful = {each.step: each.model_copy(update={"confidence": Decimal("0.01")}) for each in sure}
    hop = replace(first, outcomes={**first.outcomes, **doubtful})
    return replace(history, hops=(hop, *history.hops[1:]))


class _Versions:
    """Versions as they are kept in a store."""

    def __init__(self, store: object) -> None:
        self._store = store
        self._known: dict[int, PolicyVersion] = {}

    async def version(self, name: str, number: int) -> PolicyVersion:
        if number not in self._known:
            stored = await self._store.policy(name, number)
            self._known[number] = PolicyVersion(name, number, stored.digest, load(stored.text, name=stored.file))
        return self._known[number]


MEASURED = {"backtest": _backtest, "replay": _replay, "replay, one hop tampered with": _replay_tampered}


def measure_here(name: str, file: Path) -> None:
    """Measure in this process, and tell the figures as JSON."""
    began = time.process_time()
    decisions, said = asyncio.run(MEASURED[name](file))
    seconds = time.process_time() - began
    print(json.dumps({"seconds": seconds, "decisions": decisions, "said": said, "peak": peak_of_memory()}))


def peak_of_memory() -> int:
    """MB that this process has held at most.

    `ru_maxrss` of Linux begins with what the process that started it held: it is asked only where there is no better.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Measure all, or one on a store that is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("one", nargs="*", metavar="NAME FILE", help=f"of {', '.join(MEASURED)}, on a store")
    given = parser.parse_args()
    if given.one:
        measure_here(given.one[0], Path(given.one[1]))
    else:
        measure(given.decisions)


if __name__ == "__main__":
    main()
