"""Leases: one owner drives a run; another may take over only when the lease is over or its owner is gone."""

from __future__ import annotations

import asyncio

import pytest
from tests.store.samples import START, decision, hop, kinds, later, run, state_of, write

from dmnroute.routing.ports.store import Store


@pytest.fixture(autouse=True)
async def started(store: Store) -> None:
    await store.create([run()])


async def test_a_lease_shows_in_the_state(store: Store) -> None:
    """Who drives the run, and until when."""
    assert await store.acquire("r1", "ann", now=START, until=later(10))
    state = await state_of(store)
    assert (state.owner, state.lease_until) == ("ann", later(10))


async def test_another_owner_waits(store: Store) -> None:
    """The lease stays as it is while it lasts."""
    await store.acquire("r1", "ann", now=START, until=later(10))
    assert not await store.acquire("r1", "bob", now=later(9.999999), until=later(20))
    assert (await state_of(store)).owner == "ann"


async def test_an_owner_renews_its_lease(store: Store) -> None:
    """Before and after its end."""
    for now in (0, 5, 50):
        assert await store.acquire("r1", "ann", now=later(now), until=later(now + 10))
    assert (await state_of(store)).lease_until == later(60)


async def test_a_lease_that_is_over_can_be_taken(store: Store) -> None:
    """From the instant at which it ends; then the first owner waits."""
    await store.acquire("r1", "ann", now=START, until=later(10))
    assert await store.acquire("r1", "bob", now=later(10), until=later(20))
    assert not await store.acquire("r1", "ann", now=later(10), until=later(20))


async def test_the_lease_of_an_owner_who_is_gone_can_be_taken(store: Store) -> None:
    """At once, but only from those who are named."""
    await store.acquire("r1", "ann", now=START, until=later(10))
    assert not await store.acquire("r1", "bob", now=START, until=later(10), gone=["eve", "joe"])
    assert await store.acquire("r1", "bob", now=START, until=later(10), gone={"eve", "ann"})


async def test_a_lease_is_given_back_by_its_owner(store: Store) -> None:
    """Anybody else changes nothing."""
    await store.acquire("r1", "ann", now=START, until=later(10))
    await store.release("r1", "bob")
    assert (await state_of(store)).owner == "ann"
    await store.release("r1", "ann")
    await store.release("r1", "ann")
    state = await state_of(store)
    assert (state.owner, state.lease_until) == (None, None)
    assert await store.acquire("r1", "bob", now=START, until=later(10))


async def test_an_unknown_run_has_no_lease(store: Store) -> None:
    """It can't be taken, and giving it back is no error."""
    assert not await store.acquire("nobody", "ann", now=START, until=later(10))
    await store.release("nobody", "ann")


async def test_a_hop_leaves_the_lease_alone(store: Store) -> None:
    """Status and hop change, the owner stays; a lease tells no event."""
    await store.acquire("r1", "ann", now=START, until=later(10))
    await write(store, hop(decision()))
    assert (await state_of(store)).owner == "ann"
    assert await kinds(store) == ["run_started", "hop_decided"]


async def test_one_of_many_gets_the_lease(store: Store, other: Store) -> None:
    """However many try at the same time."""
    tries = [
        door.acquire("r1", f"owner {number}", now=START, until=later(10))
        for number in range(20)
        for door in (store, other)
    ]
    # Each owner tries through both doors: its second try renews.
    got = await asyncio.gather(*tries)
    winner = (await state_of(store)).owner
    assert [number for number in range(40) if got[number]] == [
        number for number in range(40) if f"owner {number // 2}" == winner
    ]
