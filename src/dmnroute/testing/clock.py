"""A clock that tests move by hand."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from math import isinf

START = datetime(2026, 1, 1, tzinfo=UTC)
"""Where a manual clock begins, unless it is told otherwise."""

MOST_TURNS = 1000
"""Turns of the event loop after which a manual clock no longer waits for tasks that never come to rest."""


@dataclass(slots=True)
class Work:
    """Real work that a clock must not overtake, such as a call of an agent."""

    asleep: int = 0
    """How many of its tasks sleep by a manual clock: while they do, it is no work."""

    @contextmanager
    def sleeping(self) -> Iterator[None]:
        """Count as asleep."""
        self.asleep += 1
        try:
            yield
        finally:
            self.asleep -= 1


WORK: ContextVar[Work] = ContextVar("work", default=Work())  # noqa: B039 (outside of any work nobody looks at it)


class ManualClock:
    """A clock that stands still until `advance` moves it; it stands in wherever a clock is asked for.

    Sleepers wake in the order of their time (equal times: in the order in which they lay down), and each runs as
    far as it gets before the next one wakes: the same test gives the same order every time.
    """

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = count()

    def now(self) -> datetime:
        """The time that this clock shows."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return when `advance` has moved the clock so far; infinity is never reached."""
        due = None if isinf(seconds) else self._now + timedelta(seconds=seconds)
        if due is not None and due <= self._now:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if due is not None:
            heapq.heappush(self._sleepers, (due, next(self._order), woken))
        with WORK.get().sleeping():
            await woken

    async def advance(self, seconds: float) -> None:
        """Move on by so many seconds, waking every sleeper at its own time. Returns when all have come to rest.

        Threads and connections know nothing of this clock: what they do meanwhile isn't waited for.
        """
        until = self._now + timedelta(seconds=seconds)
        await self.settle()
        while (due := self.next_due()) is not None and due <= until:
            self._now = due
            heapq.heappop(self._sleepers)[2].set_result(None)
            await self.settle()
        self._now = until

    def next_due(self) -> datetime | None:
        """When the next sleeper wakes; none when nobody sleeps, or only for ever."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    async def settle(self) -> None:
        """Let every task run as far as it gets without time passing."""
        ready = getattr(asyncio.get_running_loop(), "_ready", None)  # public asyncio can't say whether it is idle
        for _ in range(MOST_TURNS):
            await asyncio.sleep(0)
            if ready is not None and not ready:
                return
