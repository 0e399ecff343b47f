"""Whoever changes a run waits for its turn here, before it takes one of the few connections: a run that is held long
keeps one of them at most, and the others are for other runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Turns:
    """One lock for each run that somebody changes now."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, run: str) -> AsyncIterator[None]:
        """Take the turn; without a run there is nothing to wait for."""
        if not run:
            yield
            return
        lock = self._locks.setdefault(run, asyncio.Lock())
        async with lock:
            yield
