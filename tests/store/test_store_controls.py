"""Controls: numbered per run like signals, with who and why; the same key is the same control."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from tests.store.samples import START, kinds, later, run, state_of

from dmnroute.errors import OperatorError
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.control import Control


@pytest.fixture(autouse=True)
async def started(store: Store) -> None:
    await store.create([run(), run("r2")])


async def test_a_control_is_read_back_as_written(store: Store) -> None:
    """Field by field, numbers exact, in the answer, in the history and in the history that a lock holds."""
    data = {"amount": Decimal("0.10"), "nested": [{"ä": None}]}
    given = Control(run="r1", number=1, kind="facts", data=data, who="ann", why="a typing error", at=later(1), key="k")
    assert await store.control("r1", "facts", data, who="ann", why="a typing error", at=later(1), key="k") == given
    history = await store.history("r1")
    assert history is not None
    assert history.controls == (given,)
    async with store.locked("r1") as locked:
        assert locked.history.controls == (given,)


async def test_controls_are_numbered_in_each_run(store: Store) -> None:
    """From 1, whatever signals the run has got."""
    await store.signal("r1", "go", None, at=START)
    numbers = [(await store.control(name, "cancel", {}, who="ann", at=START)).number for name in ("r1", "r2", "r1")]
    assert numbers == [1, 1, 2]


async def test_the_same_key_is_the_same_control(store: Store) -> None:
    """A request that is repeated changes nothing; the first one stays."""
    first = await store.control("r1", "forbid", {"agent": "ocr"}, who="ann", at=START, key="a")
    before = await store.state("r1"), await store.events()
    assert await store.control("r1", "allow", {"agent": "ocr"}, who="bob", at=later(5), key="a") == first
    assert (await store.state("r1"), await store.events()) == before
    assert (await store.control("r2", "cancel", {}, who="bob", at=later(5), key="a")).run == "r2"


async def test_a_control_is_told(store: Store) -> None:
    """The run was changed last when it arrived; the event says who asked for what, and why."""
    await store.control("r1", "forbid", {"agent": "ocr"}, who="ann", why="it is down", at=later(7))
    assert (await state_of(store)).updated == later(7)
    assert await kinds(store) == ["run_started", "run_started", "control_received"]
    [event] = [event for event in await store.events(run="r1") if event.kind == "control_received"]
    assert event.data == {
        "number": 1,
        "kind": "forbid",
        "data": {"agent": "ocr"},
        "who": "ann",
        "why": "it is down",
    }


async def test_a_control_needs_a_run(store: Store) -> None:
    """Nobody can be asked anything."""
    with pytest.raises(OperatorError) as raised:
        await store.control("nobody", "cancel", {}, who="ann", at=START)
    assert raised.value.code == "unknown_run"


async def test_controls_at_the_same_time_get_their_own_numbers(store: Store, other: Store) -> None:
    """No number is given twice, none is left out."""
    doors = [store, other] * 10
    given = await asyncio.gather(
        *(
            door.control("r1", "facts", {"n": index}, who="ann", at=START, key=str(index // 2))
            for index, door in enumerate(doors)
        )
    )
    assert sorted(control.number for control in given) == sorted([*range(1, 11), *range(1, 11)])
