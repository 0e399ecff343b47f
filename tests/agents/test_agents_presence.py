"""Which agents a process has, told to the store."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import BaseModel

from dmnroute import OperatorError, agent
from dmnroute.agents.presence import EVERY, present, tell_presence
from dmnroute.agents.registry import Registry
from dmnroute.routing.ports.agents import KnownAgent
from dmnroute.store.memory.store import MemoryStore
from dmnroute.testing import ManualClock


class Page(BaseModel):
    dpi: float = 0.5


@agent("read_text", version="3")
async def read_text(page: Page) -> Page:
    return page


REGISTRY = Registry({"read_text": read_text})


def seen(clock: ManualClock) -> KnownAgent:
    schema = Page.model_json_schema()
    return KnownAgent("read_text", "3", {"input": schema, "output": schema}, clock.now())


async def test_agents_are_told_with_their_schemas_and_the_time() -> None:
    """As the store keeps them."""
    store, clock = MemoryStore(), ManualClock()
    await tell_presence(REGISTRY, store, clock)
    assert await store.agents() == [seen(clock)]


async def test_what_was_told_a_moment_ago_is_not_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until a heartbeat later, or when a schema has changed."""
    store, clock, first = MemoryStore(), ManualClock(), seen(ManualClock())
    await tell_presence(REGISTRY, store, clock)
    await clock.advance(EVERY - 1)
    await tell_presence(REGISTRY, store, clock)
    assert await store.agents() == [first]
    await clock.advance(1)
    await tell_presence(REGISTRY, store, clock)
    assert await store.agents() == [seen(clock)]
    await store.see([KnownAgent("read_text", "3", {"input": {}}, clock.now())])
    await tell_presence(REGISTRY, store, clock)
    assert await store.agents() == [seen(clock)]


async def test_the_heart_beats_while_the_body_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is away for a moment keeps nobody from working."""
    monkeypatch.setattr("dmnroute.agents.presence.EVERY", 0.001)
    store, beats = MemoryStore(), 0

    async def away_at_first(_: object) -> list[KnownAgent]:
        nonlocal beats
        beats += 1
        if beats == 1:
            raise OperatorError("the store is away", code="store_locked")
        return []

    monkeypatch.setattr(MemoryStore, "agents", away_at_first)
    async with present(REGISTRY, store, ManualClock()), asyncio.timeout(10):
        while beats < 3:
            await asyncio.sleep(0.001)
    after = beats
    await asyncio.sleep(0.01)
    assert beats == after


async def test_without_agents_nothing_is_told() -> None:
    """A process that only reads needs none."""
    store = MemoryStore()
    async with present(Registry(), store, ManualClock()):
        await asyncio.sleep(0)
    assert await store.agents() == []
