"""One holder at a time, whichever door it came through; everybody else waits for its turn."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from tests.store.samples import START, decision, hop, later, outcome, run, state_of, write

from dmnroute.routing.ports.store import Store


async def test_a_locked_run_is_held_alone(store: Store, other: Store) -> None:
    """A second holder comes in after the first has left, and sees what it wrote."""
    await store.create([run()])
    log: list[str] = []
    inside = asyncio.Event()

    async def first() -> None:
        async with store.locked("r1") as locked:
            inside.set()
            await asyncio.sleep(0.05)
            await locked.write(hop(decision()))
            log.append("first leaves")

    async def second() -> None:
        await inside.wait()
        async with other.locked("r1") as locked:
            log.append(f"second sees hop {locked.state.hop}")

    await asyncio.gather(first(), second())
    assert log == ["first leaves", "second sees hop 1"]


async def test_writers_wait_for_the_holder(store: Store, other: Store) -> None:
    """An outcome, a signal or a lease that comes meanwhile isn't in the hop; it is taken afterwards."""
    await store.create([run()])
    await write(store, hop(decision()))
    async with store.locked("r1") as locked:
        waiting = [
            asyncio.create_task(other.record(outcome("r1/1.1", cost=Decimal("0.1")), at=later(2))),
            asyncio.create_task(other.signal("r1", "go", None, at=later(2))),
            asyncio.create_task(other.acquire("r1", "ann", now=START, until=later(9))),
        ]
        await asyncio.sleep(0.02)
        assert not any(task.done() for task in waiting)
        await locked.write(hop(decision(hop=2)))
    assert (await asyncio.gather(*waiting))[0] is True
    state = await state_of(store)
    assert (state.hop, state.cost, state.owner) == (2, Decimal("0.1"), "ann")


async def test_readers_do_not_wait(store: Store, other: Store) -> None:
    """They see what was committed before."""
    await store.create([run()])
    async with store.locked("r1") as locked:
        await locked.write(hop(decision(), status="waiting"))
        for door in (store, other):
            assert (await state_of(door)).hop == 0
            history = await door.history("r1")
            assert history is not None
            assert history.hops == ()
            assert [event.kind for event in await door.events()] == ["run_started"]
    assert (await state_of(other)).hop == 1


async def test_many_writers_get_along(store: Store, other: Store) -> None:
    """Runs are driven side by side through two doors: nothing is lost, nothing is done twice, nobody is refused."""
    names = [f"r{number}" for number in range(12)]
    await store.create([run(name) for name in names])

    async def drive(door: Store, name: str) -> None:
        for number in range(1, 6):
            await write(door, hop(decision(name, number, width=2)), name=name)
            given = [outcome(f"{name}/{number}.{index}", cost=Decimal("0.1")) for index in (1, 2)]
            taken = await asyncio.gather(*(each.record(o, at=START) for each in (store, other) for o in given))
            assert sorted(taken) == [False, False, True, True]

    await asyncio.gather(*(drive([store, other][index % 2], name) for index, name in enumerate(names)))
    for name in names:
        state, history = await state_of(store, name), await other.history(name)
        assert history is not None
        assert (state.hop, state.cost, history.spent(), len(history.hops)) == (5, Decimal(1), Decimal(1), 5)
        assert all(not each.missing() for each in history.hops)
    events = await store.events(limit=10_000)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert len(events) == 12 + 12 * 5 * 3
