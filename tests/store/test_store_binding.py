"""A run belongs to one process instance, or to none: who binds it first, or drives it first, keeps it."""

from __future__ import annotations

import asyncio

import pytest
from tests.store.samples import START, decision, hop, kinds, later, run, state_of, write

from dmnroute.errors import OperatorError, UsageError
from dmnroute.routing.ports.store import Store


@pytest.fixture(autouse=True)
async def started(store: Store) -> None:
    await store.create([run()])


async def test_a_run_is_bound(store: Store) -> None:
    """The state says to what, and nothing else of it changes; it is no event."""
    before = await state_of(store)
    after = await store.bind("r1", "2251799813685249")
    assert after.run == run(process_instance="2251799813685249")
    assert after.model_copy(update={"run": before.run}) == before
    assert await state_of(store) == after
    history = await store.history("r1")
    assert history is not None
    assert history.run == after.run
    assert await kinds(store) == ["run_started"]


async def test_a_bound_run_stays_bound(store: Store) -> None:
    """Another process instance learns whose it is; the same one may ask again, also after hops."""
    first = await store.bind("r1", "1")
    assert await store.bind("r1", "2") == first
    assert await store.bind("r1", "1") == first
    await write(store, hop(decision()))
    assert (await store.bind("r1", "2")).run.process_instance == "1"


async def test_a_run_may_start_bound(store: Store) -> None:
    """Binding finds what it was started with."""
    await store.create([run("r2", process_instance="7")])
    assert (await store.bind("r2", "8")).run.process_instance == "7"


async def test_a_run_with_a_decision_is_not_bound(store: Store) -> None:
    """It was driven without a process instance, and goes on so."""
    await write(store, hop(decision()))
    state = await store.bind("r1", "1")
    assert (state.run.process_instance, state.hop) == (None, 1)
    assert await state_of(store) == state


async def test_a_run_with_an_owner_is_not_bound(store: Store) -> None:
    """Until the lease is given back; one that is over still names an owner who may be deciding."""
    await store.acquire("r1", "ann", now=START, until=later(-10))
    state = await store.bind("r1", "1")
    assert (state.run.process_instance, state.owner) == (None, "ann")
    await store.release("r1", "ann")
    assert (await store.bind("r1", "1")).run.process_instance == "1"


async def test_a_stop_before_the_first_decision_leaves_a_run_free(store: Store) -> None:
    """Status and stop don't say who drives it."""
    await write(store, hop(status="stopped"))
    state = await store.bind("r1", "1")
    assert (state.run.process_instance, state.status) == ("1", "stopped")


async def test_binding_needs_a_run(store: Store) -> None:
    """Nothing is made by binding."""
    with pytest.raises(OperatorError) as raised:
        await store.bind("nobody", "1")
    assert raised.value.code == "unknown_run"
    assert await store.state("nobody") is None


async def test_binding_waits_for_the_holder(store: Store, other: Store) -> None:
    """And finds what the holder decided; the holder itself is refused."""
    async with store.locked("r1") as locked:
        waiting = asyncio.create_task(other.bind("r1", "1"))
        await asyncio.sleep(0.02)
        assert not waiting.done()
        with pytest.raises(UsageError) as raised:
            await store.bind("r1", "1")
        await locked.write(hop(decision()))
    assert raised.value.code == "run_held"
    assert (await waiting).run.process_instance is None


async def test_one_of_many_binds(store: Store, other: Store) -> None:
    """However many try at the same time, all learn the same."""
    doors = [store, other] * 10
    states = await asyncio.gather(*(door.bind("r1", str(number)) for number, door in enumerate(doors)))
    assert len({state.run.process_instance for state in states}) == 1
    assert states[0] == await state_of(store)
