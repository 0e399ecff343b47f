"""Pauses: one holds under each key, they are lifted once, and runs say what held them."""

from __future__ import annotations

import asyncio

import pytest
from tests.store.samples import START, hop, kinds, later, run, state_of, write

from dmnroute.errors import OperatorError
from dmnroute.routing.pauses import Pause
from dmnroute.routing.ports.store import Store


@pytest.fixture(autouse=True)
async def started(store: Store) -> None:
    await store.create([run(), run("r2")])


async def test_a_pause_is_read_back_as_written(store: Store) -> None:
    """Field by field; one that was lifted is found by the time since when it was."""
    kept = await store.pause("tenant", "acmé", who="ann", why="a bad list", at=later(1), timers="run")
    assert kept == Pause(
        number=1, scope="tenant", name="acmé", who="ann", why="a bad list", since=later(1), timers="run"
    )
    assert await store.pauses() == [kept]
    lifted = await store.resume("tenant", "acmé", who="bob", why="mended", at=later(5))
    assert lifted == kept.model_copy(update={"lifted": later(5), "lifted_by": "bob", "lifted_why": "mended"})
    assert await store.pauses() == []
    assert await store.pauses(since=later(4)) == [lifted]
    assert await store.pauses(since=later(5)) == []


async def test_what_is_paused_stays_as_it_is(store: Store) -> None:
    """The first pause stays; it is told once, and lifted once; then there may be another one."""
    first = await store.pause("all", "", who="ann", why=None, at=START)
    assert await store.pause("all", "", who="bob", why="me too", at=later(1)) == first
    assert await store.resume("all", "", who="ann", why=None, at=later(2)) is not None
    assert await store.resume("all", "", who="ann", why=None, at=later(3)) is None
    second = await store.pause("all", "", who="bob", why=None, at=later(4))
    assert second.number > first.number
    assert [kind for kind in await kinds(store) if kind != "run_started"] == ["paused", "resumed", "paused"]


async def test_pauses_are_asked_for_by_their_keys(store: Store) -> None:
    """In the order in which they came."""
    for scope, name in (("run", "r1"), ("agent", "ocr"), ("tenant", "a"), ("tenant", "b")):
        await store.pause(scope, name, who="ann", why=None, at=START)  # type: ignore[arg-type]
    found = await store.pauses(over={"tenant:b", "run:r1", "all"})
    assert [pause.key for pause in found] == ["run:r1", "tenant:b"]
    assert await store.pauses(over=set()) == []


async def test_of_those_who_pause_at_the_same_time_one_does(store: Store, other: Store) -> None:
    """All of them get the pause that holds."""
    given = await asyncio.gather(
        *(door.pause("all", "", who=f"w{n}", why=None, at=START) for n, door in enumerate([store, other] * 5))
    )
    assert len({pause.number for pause in given}) == 1
    assert (await kinds(store)).count("paused") == 1


async def test_the_pause_of_a_run_is_told_among_its_events(store: Store) -> None:
    """With who, why, and what timers do."""
    await store.pause("run", "r1", who="ann", why="odd", at=later(1))
    await store.resume("run", "r1", who="bob", why=None, at=later(2))
    events = [event for event in await store.events(run="r1") if event.kind != "run_started"]
    what = {"number": 1, "scope": "run", "name": "r1"}
    assert [(event.kind, event.at, event.data) for event in events] == [
        ("paused", later(1), what | {"who": "ann", "why": "odd", "timers": "stand"}),
        ("resumed", later(2), what | {"who": "bob", "why": None}),
    ]


async def test_a_run_says_what_holds_it(store: Store) -> None:
    """Until its next write; such runs are found, and it is told once."""
    await write(store, hop(held="all", at=later(1)))
    await write(store, hop(held="all", at=later(2)))
    assert (await state_of(store)).held == "all"
    assert [state.run.id for state in await store.states(held=True)] == ["r1"]
    await write(store, hop(at=later(3)))
    assert (await state_of(store)).held is None
    assert await store.states(held=True) == []
    assert (await kinds(store)).count("run_held") == 1


async def test_a_run_is_let_go(store: Store) -> None:
    """It says when; hops that are written later don't change that."""
    await store.let_go("r1", who="ann", why="urgent", at=later(3))
    await write(store, hop(at=later(4)))
    state = await state_of(store)
    assert (state.released, state.updated) == (later(3), later(4))
    [event] = [event for event in await store.events(run="r1") if event.kind == "run_released"]
    assert (event.at, event.data) == (later(3), {"who": "ann", "why": "urgent"})
    with pytest.raises(OperatorError) as raised:
        await store.let_go("nobody", who="ann", why=None, at=START)
    assert raised.value.code == "unknown_run"
