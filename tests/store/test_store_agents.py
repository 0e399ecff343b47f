"""What stores know of agents: who was seen, and how they have been doing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from tests.store.samples import START, decision, hop, later, outcome, run, step, write

from dmnroute.routing.canonical import digest
from dmnroute.routing.ports.agents import KnownAgent
from dmnroute.routing.ports.steps import AgentActivity
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import Plan

SCHEMAS = {"input": {"type": "object", "required": ["path"]}, "output": {"multipleOf": 1}}


def known(name: str = "ocr", version: str = "1", **fields: Any) -> KnownAgent:
    return KnownAgent(**{"name": name, "version": version, "schemas": SCHEMAS, "seen": START} | fields)


async def test_agents_that_were_seen_are_read_back(store: Store) -> None:
    """By name and version; seeing one again replaces what was known of it."""
    assert await store.agents() == []
    await store.see([known("b"), known("a", "2"), known("a", "1")])
    assert await store.agents() == [known("a", "1"), known("a", "2"), known("b")]
    again = known("a", "2", schemas={"input": {}, "output": {}}, seen=later(60))
    await store.see([again])
    assert await store.agents() == [known("a", "1"), again, known("b")]
    await store.see([])
    assert len(await store.agents()) == 3


async def test_many_processes_may_see_the_same_agents(store: Store, other: Store) -> None:
    """Nobody gets in the way of anybody."""
    mine = [known(name) for name in "abc"]
    await asyncio.gather(*(each.see(list(order)) for each in (store, other) for order in (mine, reversed(mine))))
    assert await store.agents() == mine


async def test_an_agent_that_never_ran_has_no_activity(store: Store) -> None:
    """Nothing, by its name."""
    assert await store.activity(["ocr", "ask"], latest=5, now=START) == {"ocr": AgentActivity(), "ask": AgentActivity()}
    assert await store.activity([], latest=5, now=START) == {}


async def test_the_latest_outcomes_come_first(store: Store) -> None:
    """As many as are asked for, whatever the steps were called; cancelled and skipped ones say nothing."""
    await store.create([run()])
    types = ["agent.ocr", "agent.ocr", "agent.ask", "agent.ocr", "agent.ocr", "agent.ocr"]
    steps = tuple(step(f"r1/1.{n}", type=kind, agent="alias") for n, kind in enumerate(types, 1))
    await write(store, hop(decision(plan=Plan(action="dispatch", steps=steps))))
    statuses = ["ok", "failed", "ok", "cancelled", "timeout", "skipped"]
    given = [outcome(f"r1/1.{n}", agent="alias", status=status) for n, status in enumerate(statuses, 1)]
    for number in (1, 0, 2, 3, 4, 5):
        await store.record(given[number], at=later(number))
    found = await store.activity(["ocr", "ask"], latest=10, now=later(9))
    assert found["ocr"].outcomes == (given[4], given[1], given[0])
    assert found["ask"].outcomes == (given[2],)
    assert (await store.activity(["ocr"], latest=2, now=later(9)))["ocr"].outcomes == (given[4], given[1])


async def test_open_steps_are_driven_or_wait(store: Store) -> None:
    """Driven by an engine whose lease holds, or by a process instance; none of a run that has ended."""
    await store.create([run("driven"), run("waits"), run("expired"), run("on_zeebe"), run("ended")])
    for name in ("driven", "waits", "expired", "on_zeebe", "ended"):
        if name == "on_zeebe":
            await store.bind(name, "4711")
        await write(store, hop(decision(name, width=2)), name=name)
    await store.record(outcome("driven/1.1"), at=later(1))
    await store.acquire("driven", "me", now=START, until=START + timedelta(seconds=30))
    await store.acquire("expired", "me", now=START, until=START + timedelta(seconds=5))
    await write(store, hop(status="cancelled", at=later(2)), name="ended")
    (found,) = (await store.activity(["ocr"], latest=5, now=later(10))).values()
    assert (found.driven, found.waiting) == (3, 4)


async def test_outcomes_are_reused_by_the_agents_own_name(store: Store) -> None:
    """Two agents that went by the same name in their runs aren't the same agent."""
    await store.create([run()])
    steps = (step("r1/1.1", type="agent.ask", agent="ocr"), step("r1/1.2", type="agent.ocr", agent="first"))
    await write(store, hop(decision(plan=Plan(action="dispatch", steps=steps))))
    await store.record(outcome("r1/1.1", output={"n": 1}), at=later(5))
    await store.record(outcome("r1/1.2", output={"n": 2}), at=later(1))
    found = await store.reusable("ocr", "1", digest({}))
    assert found is not None
    assert found.output == {"n": 2}
    assert await store.reusable("first", "1", digest({})) is None
