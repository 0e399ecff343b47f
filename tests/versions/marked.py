"""Runs whose every hop bears the mark of the version that decided it, in three places of the table's file."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.tables import model, table

from dmnroute.agents.registry import Registry
from dmnroute.policies.kept import KeptVersions
from dmnroute.policies.versions import Asked, Versions
from dmnroute.publishing.draft import Draft
from dmnroute.publishing.gate import Gate
from dmnroute.publishing.publish import publish
from dmnroute.router.clock import SystemClock
from dmnroute.routing.history import History
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import ENDED, RunStatus
from dmnroute.routing.replay import replay

HOPS = 5
POLICY = "p"

AGENT = '''
import asyncio
import os

from pydantic import BaseModel

from dmnroute import Step, agent


class Task(BaseModel):
    ledger: str
    mark: str
    number: int = 0


class Counted(BaseModel):
    number: int


@agent("count", version="1", cost=0)
async def count(task: Task, step: Step) -> Counted:
    """Count, and note in a ledger of its own what it was called with."""
    ledger = os.open(task.ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(ledger, f"{step.id} {task.mark}\\n".encode())
    os.close(ledger)
    await asyncio.sleep(0.3)
    return Counted(number=task.number + 1)
'''


def marked(mark: str, *, waits: bool) -> str:
    """A policy of two tables: the second says what the first one does, and both bear the mark.

    Four hops that count (or the second one waits for the signal `go`), and the end.
    """
    counts = ['"count"', "null", "null", f'"{mark}"', "Mark"]
    second = ["null", '"wait"', '"go"', "null", "Mark"] if waits else counts
    rules = [["2", *second], [f"< {HOPS}", *counts], ["-", "null", '"complete"', "null", "null", "Mark"]]
    return model(
        table("Mark", ["run.hop"], ["mark"], [["-", f'"{mark}"']]),
        table("Route", ["run.hop"], ["agent", "action", "signal", "mark", "reason"], rules, requires=["Mark"]),
    )


@dataclass
class Publisher:
    """Publishes one version after the other through the gate, and notes how many runs were open then."""

    store: Store
    registry: Registry
    folder: Path
    waits: bool
    open_then: list[int] = field(default_factory=list)
    marks: dict[int, str] = field(default_factory=dict)
    """Version → its mark."""

    async def publish(self) -> None:
        states = await self.store.states()
        open_now = sum(state.status not in ENDED for state in states)
        mark = f"m{len(self.marks) + 1}"
        draft = Draft(POLICY, marked(mark, waits=self.waits).encode(), self.folder)
        found = await publish(draft, Gate(self.registry), Versions(self.store, SystemClock()), Asked("ann"))
        assert found.state == "active", found
        assert found.version is not None
        self.marks[found.version] = mark
        self.open_then.append(open_now)

    async def until(self, runs: int, statuses: Collection[RunStatus], *, every: float, patience: float) -> None:
        """Publish again and again while the runs go on, until all of them have one of these statuses."""
        async with asyncio.timeout(patience):
            while True:
                states = await self.store.states()
                await self.publish()
                if len(states) == runs and all(state.status in statuses for state in states):
                    return
                await asyncio.sleep(every)


async def check(publisher: Publisher, runs: int, ledger: Path) -> Counter[int]:
    """Nothing is lost, nothing is mixed; how many hops each version has decided.

    Each run has ended well; each hop bears the mark of its recorded version wherever the file says it; deciding it
    again with that version gives the very same record; a run that keeps its version has one; each step was done once.
    """
    store, kept, hops = publisher.store, KeptVersions(publisher.store), Counter[int]()
    states = await store.states()
    assert Counter(state.status for state in states) == {"completed": runs}
    lines = _lines(ledger)
    called = dict(line.split() for line in lines)
    assert len(called) == len(lines), "a step was done twice"
    for state in states:
        history = await store.history(state.run.id)
        assert history is not None
        versions = [hop.decision.version for hop in history.hops]
        assert len(versions) == HOPS
        assert len(set(versions)) == 1 or not state.run.pins, f"{state.run.id} keeps its version, and had {versions}"
        assert state.result == {"number": len(_counting(history))}
        for number, version in enumerate(versions, 1):
            _check_hop(history, number, publisher.marks, called)
            policy = await kept.version(POLICY, version)
            again = replay(history, number, policy=policy, catalogue=publisher.registry.catalogue)
            assert again.identical, again.differences
            hops[version] += 1
    return hops


def _lines(ledger: Path) -> list[str]:
    return ledger.read_text().splitlines()


def _check_hop(history: History, number: int, marks: Mapping[int, str], called: Mapping[str, str]) -> None:
    decision = history.hops[number - 1].decision
    mark = marks[decision.version]
    assert decision.plan.reason == mark
    for step in decision.plan.steps:
        assert (step.input["mark"], called[step.id]) == (mark, mark)


def _counting(history: History) -> Sequence[str]:
    return [step.id for hop in history.hops for step in hop.decision.plan.steps]
