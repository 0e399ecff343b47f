"""Several processes at one store: each waits for its turn, and none leaves half a hop when it is killed."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from tests.store.conftest import Driver, Opener
from tests.store.samples import START, decision, hop, later, run, state_of, write

from dmnroute.errors import OperatorError
from dmnroute.routing.ports.store import Store
from dmnroute.store.open import open_store


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    """All but the store in memory, which belongs to one process."""
    return str(request.param)


async def test_processes_take_turns(store: Store, driver: Driver) -> None:
    """Each hop of a run is decided by one of them; together they decide all."""
    await store.create([run()])
    started = [await driver.start("compete", "60", "r1") for _ in range(2)]
    answers = [(await process.communicate())[0] for process in started]
    assert sum(int(answer) for answer in answers) == 60
    history = await store.history("r1")
    assert history is not None
    assert [each.decision.hop for each in history.hops] == list(range(1, 61))


async def test_two_processes_write_side_by_side(store: Store, driver: Driver) -> None:
    """With many tasks each, while a third one reads: nothing is lost, nobody is told that the store is locked."""
    started = [
        await driver.start("drive", "10", *(f"{part}{number}" for number in range(6))) for part in ("left", "right")
    ]
    ends = asyncio.gather(*(process.communicate() for process in started))
    while not ends.done():
        await store.states()
        await asyncio.sleep(0.01)
    assert [process.returncode for process in started] == [0, 0]
    states = await store.states()
    assert [(state.hop, state.cost) for state in states] == [(10, Decimal(1))] * 12
    numbers = [event.number for event in await store.events(limit=1000)]
    assert numbers == list(range(1, 12 * 21 + 1))


async def test_processes_open_a_new_store_at_once(opener: Opener, driver: Driver) -> None:
    """Its tables are made once."""
    started = [await driver.start("drive", "1", f"r{number}") for number in range(3)]
    await asyncio.gather(*(process.communicate() for process in started))
    assert [process.returncode for process in started] == [0] * 3
    assert {state.run.id for state in await (await opener()).states()} == {"r0", "r1", "r2"}


async def test_a_run_held_elsewhere_is_free_when_its_holder_is_killed(store: Store, driver: Driver) -> None:
    """What the holder had written is gone with it."""
    await store.create([run()])
    holder = await driver.start("hold", "r1")
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    waiting = asyncio.create_task(write(store, hop(decision(fingerprint="mine"))))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await driver.kill(holder)
    await waiting
    history = await store.history("r1")
    assert history is not None
    assert [each.decision.fingerprint for each in history.hops] == ["mine"]


async def test_who_waits_too_long_is_told_why(store: Store, kind: str, url: str, driver: Driver) -> None:
    """The message names the store and what to do; reading goes on meanwhile."""
    await store.create([run()])
    holder = await driver.start("hold", "r1")
    assert holder.stdout is not None
    await holder.stdout.readline()
    hasty = await open_store(url, patience=0.1)
    with pytest.raises(OperatorError) as raised:
        await write(hasty, hop(decision()))
    assert (await state_of(hasty)).hop == 0
    await hasty.close()
    name, reason = {
        "sqlite": (url.partition(":///")[2], "database is locked"),
        "postgres": (url.partition("?")[0].replace("dmnroute@", ""), "canceling statement due to lock timeout"),
    }[kind]
    assert raised.value.code == "store_locked"
    assert str(raised.value) == (
        f"store `{name}` is locked by another process ({reason})\nhint: end the process that holds it, or wait"
    )


async def test_a_lease_holds_across_processes(store: Store, driver: Driver) -> None:
    """The other process finds it taken."""
    await store.create([run()])
    await store.acquire("r1", "ann", now=START, until=later(60))
    started = [await driver.start("lease", "r1", owner) for owner in ("bob", "ann")]
    answers = [(await process.communicate())[0] for process in started]
    assert answers == [b"False\n", b"True\n"]


async def test_a_killed_process_leaves_whole_hops(opener: Opener, driver: Driver) -> None:
    """Whatever instant it is killed at: what it said was done is there, and every run is consistent."""
    for said_first in (1, 7, 20):
        process = await driver.start("drive", "1000", *(f"r{said_first}-{number}" for number in range(3)))
        assert process.stdout is not None
        said = [(await process.stdout.readline()).split() for _ in range(said_first)]
        await driver.kill(process)
        said += [line.split() for line in (await process.stdout.read()).splitlines()]
        store = await opener()
        for name, hops in said:
            assert (await state_of(store, name.decode())).hop >= int(hops)
    for state in await store.states():
        history = await store.history(state.run.id)
        events = [event.kind for event in await store.events(run=state.run.id, limit=10_000)]
        assert history is not None
        assert [each.decision.hop for each in history.hops] == list(range(1, state.hop + 1))
        assert all(len(each.decision.plan.steps) == 1 for each in history.hops)
        ended = list(history.outcomes())
        assert state.cost == history.spent() == len(ended) * Decimal("0.1")
        assert [events.count(kind) for kind in ("hop_decided", "step_ended")] == [state.hop, len(ended)]
        await write(store, hop(decision(state.run.id, state.hop + 1)), name=state.run.id)
