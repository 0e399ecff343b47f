"""The clock that tests move by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from dmnroute.testing import START, ManualClock


async def test_time_stands_still_until_it_is_moved() -> None:
    """Without `advance` the clock always shows its start."""
    clock = ManualClock()
    await clock.settle()
    assert clock.now() == START


async def test_a_clock_starts_where_it_is_told_to() -> None:
    """The start is an argument; `advance` counts from it."""
    clock = ManualClock(datetime(2030, 5, 1, tzinfo=UTC))
    await clock.advance(90)
    assert clock.now() == datetime(2030, 5, 1, 0, 1, 30, tzinfo=UTC)


async def test_sleepers_wake_in_the_order_of_their_time() -> None:
    """One `advance` over several wakes each at its own time; equal times in the order of arrival."""
    clock, seen = ManualClock(), list[tuple[str, float]]()

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        seen.append((name, (clock.now() - START).total_seconds()))

    tasks = [asyncio.create_task(sleeper(*who)) for who in (("c", 3), ("a", 1), ("b", 2), ("b2", 2))]
    await clock.advance(10)
    assert seen == [("a", 1), ("b", 2), ("b2", 2), ("c", 3)]
    assert clock.now() == START + timedelta(seconds=10)
    assert all(task.done() for task in tasks)


async def test_a_sleeper_that_sleeps_again_wakes_within_the_same_advance() -> None:
    """A loop of short sleeps goes round as often as fits into the time."""
    clock, rounds = ManualClock(), list[datetime]()

    async def loop() -> None:
        while True:
            await clock.sleep(0.25)
            rounds.append(clock.now())

    task = asyncio.create_task(loop())
    await clock.advance(1)
    assert len(rounds) == 4
    task.cancel()


async def test_who_is_not_due_sleeps_on() -> None:
    """A sleeper wakes at its time and not a microsecond before."""
    clock = ManualClock()
    task = asyncio.create_task(clock.sleep(1))
    await clock.advance(0.999999)
    assert not task.done()
    await clock.advance(0.000001)
    assert task.done()


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    """Cancelling a sleep leaves nothing behind to wake."""
    clock = ManualClock()
    task = asyncio.create_task(clock.sleep(1))
    await clock.settle()
    task.cancel()
    await clock.settle()
    assert clock.next_due() is None
    await clock.advance(2)


@pytest.mark.parametrize("seconds", [0, -1])
async def test_no_time_at_all_is_slept_at_once(seconds: float) -> None:
    """Sleeping for nothing returns without `advance`."""
    clock = ManualClock()
    await clock.sleep(seconds)
    assert clock.now() == START


async def test_for_ever_is_never_over() -> None:
    """An infinite sleep is no sleeper that `advance` could reach."""
    clock = ManualClock()
    task = asyncio.create_task(clock.sleep(float("inf")))
    await clock.advance(1_000_000)
    assert not task.done()
    assert clock.next_due() is None
    task.cancel()


async def test_a_task_that_never_rests_does_not_hang_the_clock() -> None:
    """A busy loop is given up on after a number of turns."""
    clock = ManualClock()

    async def busy() -> None:
        while True:
            await asyncio.sleep(0)

    task = asyncio.create_task(busy())
    await clock.advance(1)
    assert clock.now() == START + timedelta(seconds=1)
    task.cancel()
