"""The process may be killed at any instant: nothing is lost, and nothing that is recorded is done again."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.local.crash_drive import RUNS, prepare

from dmnroute.routing.history import History
from dmnroute.store.open import open_store

KILLS = 4


@contextmanager
def driver(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that drives, and has begun to."""
    command = [sys.executable, "-m", "tests.local.crash_drive", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            if process.stdout.readline() != b"ready\n":
                raise AssertionError(process.communicate()[1].decode())
            yield process
        finally:
            process.kill()


def driven(folder: Path) -> None:
    """Drive to the end."""
    with driver(folder) as process:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()


def histories(folder: Path) -> dict[str, History]:
    async def read() -> dict[str, History]:
        store = await open_store(str(folder / "runs.db"))
        found = {state.run.id: await store.history(state.run.id) for state in await store.states()}
        await store.close()
        return {run: history for run, history in found.items() if history is not None}

    return asyncio.run(read())


def statuses(folder: Path) -> Counter[str]:
    async def read() -> Counter[str]:
        store = await open_store(str(folder / "runs.db"))
        found = Counter(state.status for state in await store.states())
        await store.close()
        return Counter(found)

    return asyncio.run(read())


def calls(folder: Path) -> list[tuple[str, int]]:
    """Which step was run, at which attempt, in order."""
    ledger = folder / "ledger"
    lines = ledger.read_text().splitlines() if ledger.exists() else []
    return [(step, int(attempt)) for _, step, attempt in (line.split() for line in lines)]


def recorded(folder: Path) -> set[str]:
    return {outcome.step for history in histories(folder).values() for outcome in history.outcomes()}


def routes(found: dict[str, History]) -> dict[str, list[Any]]:
    """What was decided in each run: steps with their input, rules, and what came of them."""
    return {
        run: [
            (
                hop.decision.plan.action,
                [(step.id, step.agent, step.input | {"ledger": ""}) for step in hop.decision.plan.steps],
                [(hit.decision, hit.rule) for hit in hop.decision.rules],
                hop.decision.previous.status,
                hop.decision.fingerprint if hop.decision.plan.action != "dispatch" else "",
                hop.decision.plan.result,
            )
            for hop in history.hops
        ]
        for run, history in found.items()
    }


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Driven in one go."""
    folder = tmp_path_factory.mktemp("reference")
    prepare(folder)
    driven(folder)
    return folder


def test_the_reference_ran_every_step_once(reference: Path) -> None:
    """Retries aside; a run has seven hops, its child two."""
    assert statuses(reference) == {"completed": 40}
    assert {len(history.hops) for run, history in histories(reference).items() if run in RUNS} == {7}
    assert max(Counter(calls(reference)).values()) == 1


def test_killed_again_and_again_every_run_ends_as_if_nothing_had_happened(reference: Path, tmp_path: Path) -> None:
    """A step whose outcome is recorded is never run again; the routes are those of the reference."""
    folder = tmp_path / "killed"
    prepare(folder)
    done: set[str] = set()
    for _ in range(KILLS):
        before = len(calls(folder))
        with driver(folder) as process:
            time.sleep(random.uniform(0.02, 0.5))
            process.kill()
        assert [step for step, _ in calls(folder)[before:] if step in done] == []
        done = recorded(folder)
    before = len(calls(folder))
    driven(folder)
    assert [step for step, _ in calls(folder)[before:] if step in done] == []
    assert statuses(folder) == {"completed": 40}
    found, expected = histories(folder), histories(reference)
    assert routes(found) == routes(expected)
    assert {o.step for h in found.values() for o in h.outcomes()} == {
        o.step for h in expected.values() for o in h.outcomes()
    }


def test_two_engines_on_one_store_share_the_work(reference: Path, tmp_path: Path) -> None:
    """No hop is decided twice, no step is run twice; together they end every run."""
    folder = tmp_path / "shared"
    prepare(folder)
    with driver(folder) as one, driver(folder) as two:
        for process in (one, two):
            _, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors.decode()
    assert statuses(folder) == {"completed": 40}
    assert max(Counter(calls(folder)).values()) == 1
    assert routes(histories(folder)) == routes(histories(reference))


def test_an_engine_that_is_killed_is_replaced_by_the_one_beside_it(reference: Path, tmp_path: Path) -> None:
    """Its runs are taken over at once by whoever asks next: nobody waits for a lease of the dead."""
    folder = tmp_path / "replaced"
    prepare(folder)
    with driver(folder) as one:
        time.sleep(0.2)
        with driver(folder) as two:
            one.kill()
            one.wait()
            two.communicate(timeout=60)
    driven(folder)
    assert statuses(folder) == {"completed": 40}
    assert routes(histories(folder)) == routes(histories(reference))
