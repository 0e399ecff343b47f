"""Signals: numbered per run in the order of arrival; the same key is the same signal."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from tests.store.samples import START, kinds, later, run, state_of

from dmnroute.errors import OperatorError
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.signal import Signal


@pytest.fixture(autouse=True)
async def started(store: Store) -> None:
    await store.create([run(), run("r2")])


@pytest.mark.parametrize(
    "payload",
    [None, {"amount": Decimal("0.10")}, Decimal("0.10"), Decimal("1E+30"), 10**30, 5, "5", "null", True, [], "", "ä"],
)
async def test_a_signal_is_read_back_as_written(store: Store, payload: object) -> None:
    """A payload is any JSON value, of the same type; a number isn't a text, nor a float."""
    given = Signal(run="r1", number=1, name="approved", payload=payload, at=later(1))
    assert await store.signal("r1", "approved", payload, at=later(1)) == given
    history = await store.history("r1")
    assert history is not None
    assert history.signals == (given,)
    assert type(history.signals[0].payload) is type(payload)


async def test_signals_are_numbered_in_each_run(store: Store) -> None:
    """From 1, in the order of arrival, whatever their time."""
    numbers = [
        (await store.signal(name, "go", index, at=later(-index))).number
        for index, name in enumerate(("r1", "r2", "r1", "r1", "r2"))
    ]
    assert numbers == [1, 1, 2, 3, 2]
    history = await store.history("r1")
    assert history is not None
    assert [signal.payload for signal in history.signals] == [0, 2, 3]


async def test_the_same_key_is_the_same_signal(store: Store) -> None:
    """A signal that is delivered again changes nothing; the first payload stays."""
    first = await store.signal("r1", "paid", {"n": 1}, at=START, key="m-1")
    before = await store.state("r1"), await store.events()
    assert await store.signal("r1", "paid", {"n": 2}, at=later(5), key="m-1") == first
    assert (await store.state("r1"), await store.events()) == before


async def test_keys_belong_to_a_run(store: Store) -> None:
    """Another run, another key or no key is another signal."""
    for name, key in (("r1", "m"), ("r2", "m"), ("r1", "n"), ("r1", None), ("r1", None), ("r1", "")):
        await store.signal(name, "go", None, at=START, key=key)
    history = await store.history("r1")
    assert history is not None
    assert [signal.number for signal in history.signals] == [1, 2, 3, 4, 5]


async def test_a_signal_touches_the_run(store: Store) -> None:
    """The run was changed last when it arrived; its status is for the engine to change."""
    await store.signal("r1", "go", None, at=later(7))
    state = await state_of(store)
    assert (state.updated, state.status) == (later(7), "running")
    assert await kinds(store) == ["run_started", "run_started", "signal_received"]


async def test_a_signal_needs_a_run(store: Store) -> None:
    """A message to nobody is an error of who sent it."""
    with pytest.raises(OperatorError) as raised:
        await store.signal("nobody", "go", None, at=START)
    assert raised.value.code == "unknown_run"


async def test_signals_at_the_same_time_get_their_own_numbers(store: Store, other: Store) -> None:
    """No number is given twice, none is left out."""
    doors = [store, other] * 15
    given = await asyncio.gather(
        *(door.signal("r1", "go", index, at=START, key=str(index // 2)) for index, door in enumerate(doors))
    )
    assert sorted(signal.number for signal in given) == sorted([*range(1, 16), *range(1, 16)])
