"""Slots for synchronous agents: never too many, the most important first."""

from __future__ import annotations

import asyncio
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from dmnroute.agents.slots import Slots


async def _settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_waiters_are_served_by_priority_then_by_arrival() -> None:
    """Greater ones first."""
    slots, order = Slots(1), list[str]()

    async def work(name: str, priority: int) -> None:
        await slots.take(priority=priority)
        order.append(name)
        slots.give_back()

    await slots.take()
    tasks = [asyncio.create_task(work(name, p)) for name, p in [("a", 0), ("b", 5), ("c", 0), ("d", 5), ("e", 9)]]
    await _settled()
    assert order == []
    slots.give_back()
    await asyncio.gather(*tasks)
    assert order == ["e", "b", "d", "a", "c"]


async def test_a_waiter_who_gives_up_is_passed_over() -> None:
    """The next one gets the slot."""
    slots = Slots(1)
    await slots.take()
    first, second = asyncio.create_task(slots.take(priority=9)), asyncio.create_task(slots.take())
    await _settled()
    first.cancel()
    await _settled()
    slots.give_back()
    await asyncio.wait_for(second, 1)
    assert first.cancelled()


async def test_a_slot_that_arrives_at_the_moment_of_cancellation_is_handed_on() -> None:
    """It isn't lost."""
    slots = Slots(1)
    await slots.take()
    first, second = asyncio.create_task(slots.take()), asyncio.create_task(slots.take())
    await _settled()
    slots.give_back()
    first.cancel()
    await asyncio.wait_for(second, 1)
    slots.give_back()
    await asyncio.wait_for(slots.take(), 1)


@given(st.integers(1, 3), st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=20), st.integers())
@settings(deadline=None)
async def test_however_they_come_and_go_no_slot_is_lost_or_doubled(
    number: int, workers: list[tuple[int, bool]], seed: int
) -> None:
    """At most so many at once; in the end all are free again."""
    slots, draw, busy, most = Slots(number), random.Random(seed), 0, 0

    async def work(priority: int) -> None:
        nonlocal busy, most
        await slots.take(priority=priority)
        busy += 1
        most = max(most, busy)
        try:
            for _ in range(draw.randrange(4)):
                await asyncio.sleep(0)
        finally:
            busy -= 1
            slots.give_back()

    tasks = []
    for priority, cancels in workers:
        tasks.append(asyncio.create_task(work(priority)))
        for _ in range(draw.randrange(3)):
            await asyncio.sleep(0)
        if cancels:
            draw.choice(tasks).cancel()
    await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
    assert most <= number
    for _ in range(number):
        await asyncio.wait_for(slots.take(), 1)
    waiting = asyncio.create_task(slots.take())
    await _settled()
    assert not waiting.done()
    waiting.cancel()
