"""Runs that count hop by hop, with a ledger that the agent keeps by itself: the store is held against it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.support.tables import route

from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import ENDED, RunState
from dmnroute.store.open import open_store
from dmnroute.zeebe.channel import connect
from dmnroute.zeebe.contract import PROCESS
from dmnroute.zeebe.gateway import Gateway

AGENT = '''
import os
import time

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
    time.sleep(0.1)
    return Counted(number=task.number + 1)
'''


def make_project(folder: Path, *, hops: int) -> None:
    """A project whose policy `p` counts in every hop but the last, which completes the run."""
    (folder / "dmn").mkdir()
    (folder / "workers").mkdir()
    (folder / "workers" / "counting.py").write_text(AGENT)
    rules = [[f"< {hops}", '"count"', "null"], ["-", "null", '"complete"']]
    (folder / "dmn" / "p.dmn").write_text(route(["run.hop"], ["agent", "action"], rules))


def ledger_of(project: Path) -> Path:
    """Where the agent notes its calls."""
    return project / "ledger"


async def start_runs(address: str, project: Path, numbers: Iterable[int]) -> None:
    """Start runs as any client does."""
    async with connect(address) as channel:
        gateway = Gateway(channel)
        for number in numbers:
            variables = {
                "runId": f"{project.name}-{number}",
                "policy": "p",
                "input": {"ledger": str(ledger_of(project))},
            }
            await gateway.create_instance(PROCESS, variables)


async def all_ended(url: str, number: int, *, patience: float) -> list[RunState]:
    """Wait until so many runs have ended."""
    store = await open_store(url)
    try:
        states: list[RunState] = []
        async with asyncio.timeout(patience):
            while len(states) < number or any(state.status not in ENDED for state in states):
                await asyncio.sleep(0.3)
                states = await store.states()
        return states
    except TimeoutError:
        open_runs = {state.run.id: (state.status, state.hop) for state in states if state.status not in ENDED}
        raise AssertionError(f"{len(states)} of {number} runs are there, and these go on: {open_runs}") from None
    finally:
        await store.close()


async def agrees_with_the_ledger(url: str, project: Path, states: Iterable[RunState], *, hops: int) -> int:
    """Check that every hop was decided once, and every step has one end, which its agent knows of.

    Answers how many steps were done more than once: by a process that was killed, and once more by another one.
    """
    called = Counter(line.split()[0] for line in ledger_of(project).read_text().splitlines())
    store = await open_store(url)
    try:
        decided, ended = await _events(store)
        for state in states:
            history = await store.history(state.run.id)
            assert history is not None
            assert state.status == "completed"
            assert state.result["number"] == hops - 1
            assert [hop.decision.hop for hop in history.hops] == list(range(1, hops + 1))
            assert [outcome.output for outcome in history.outcomes()] == [{"number": n} for n in range(1, hops)]
            assert decided.pop(state.run.id) == hops
        assert decided == {}
        assert set(ended) == set(called)
        assert set(ended.values()) == {1}
    finally:
        await store.close()
    return sum(times > 1 for times in called.values())


async def _events(store: Store) -> tuple[Counter[str], Counter[str]]:
    """How many hops of each run were decided, and how often each step ended, by what the store tells."""
    decided, ended = Counter[str](), Counter[str]()
    after = 0
    while events := await store.events(after=after):
        after = events[-1].number
        decided.update(str(event.run) for event in events if event.kind == "hop_decided")
        ended.update(event.data["step"] for event in events if event.kind == "step_ended")
    return decided, ended
