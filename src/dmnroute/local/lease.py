"""Hold a run's lease while it is driven, so that no second engine drives it too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from dmnroute.errors import OperatorError
from dmnroute.local.owner import gone_owners
from dmnroute.routing.ports import Clock, Store

log = logging.getLogger(__name__)

SECONDS = 30.0
"""How long a lease lasts; it is renewed at a third of that."""


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases of one owner."""

    store: Store
    clock: Clock
    owner: str
    seconds: float = SECONDS

    @asynccontextmanager
    async def held(self, run: str) -> AsyncIterator[bool]:
        """Hold the lease of a run; false when somebody else drives it. Losing it on the way cancels the body."""
        if not await self._take(run):
            yield False
            return
        body = asyncio.current_task()
        assert body is not None
        keeper = asyncio.create_task(self._keep(run, body))
        try:
            yield True
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
            await self.store.release(run, self.owner)

    async def _take(self, run: str) -> bool:
        state = await self.store.state(run)
        if state is None:
            raise OperatorError(f"unknown run `{run}`", code="unknown_run", hint="`dmnroute runs` lists them")
        gone = gone_owners([state.owner] if state.owner else [])
        now = self.clock.now()
        until = now + timedelta(seconds=self.seconds)
        return await self.store.acquire(run, self.owner, now=now, until=until, gone=gone)

    async def _keep(self, run: str, body: asyncio.Task[object]) -> None:
        while True:
            await asyncio.sleep(self.seconds / 3)
            if not await self._take(run):
                log.warning("lease lost: another engine drives this run now", extra={"run": run})
                body.cancel("another engine drives this run now")
                return
