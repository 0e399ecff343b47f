"""How many synchronous agents may run at once, and who comes next."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count


class Slots:
    """A semaphore whose waiters are served by priority (greater first), equal ones in the order of arrival."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._arrival = count()

    async def take(self, *, priority: int = 0) -> None:
        """Wait for a slot; whoever takes one gives it back."""
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (-priority, next(self._arrival), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the slot was handed over at the very moment of cancellation
                self.give_back()
            raise

    def give_back(self) -> None:
        """Hand the slot to the next waiter who still wants it."""
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
