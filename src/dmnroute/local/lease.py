"""Hold a run's lease while it is driven, so that no second engine drives it too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from dmnroute.errors import OperatorError
from dmnroute.local.owner import gone_owners
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.store import Store

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
    _held: set[str] = field(default_factory=set, init=False, repr=False)
    """The runs that this process drives: the owner of a lease is the process, and it must not drive a run twice."""

    @asynccontextmanager
    async def held(self, run: str) -> AsyncIterator[bool]:
        """Hold the lease of a run; false when somebody else drives it, in this process or another.

        Losing it on the way cancels the body, and leaves quietly: another engine drives the run then.
        """
        if run in self._held:
            yield False
            return
        self._held.add(run)  # before anything is waited for: another task may ask for the same run meanwhile
        try:
            if await self._take(run):
                async with self._kept(run):
                    yield True
            else:
                yield False
        finally:
            self._held.discard(run)

    @asynccontextmanager
    async def _kept(self, run: str) -> AsyncIterator[None]:
        """Renew the lease while the body runs, then give it back."""
        body = asyncio.current_task()
        assert body is not None
        lost = asyncio.Event()
        keeper = asyncio.create_task(self._keep(run, body, lost))
        try:
            yield
        except asyncio.CancelledError:
            if not lost.is_set() or body.uncancel() > 0:
                raise
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
            await self.store.release(run, self.owner)

    async def _take(self, run: str) -> bool:
        state = await self.store.state(run)
        if state is None:
            raise OperatorError(f"unknown run `{run}`", code="unknown_run", hint="`dmnroute runs` lists them")
        if state.run.process_instance is not None:
            return False  # the broker has it driven
        gone = gone_owners([state.owner] if state.owner else [])
        now = self.clock.now()
        until = now + timedelta(seconds=self.seconds)
        return await self.store.acquire(run, self.owner, now=now, until=until, gone=gone)

    async def _keep(self, run: str, body: asyncio.Task[object], lost: asyncio.Event) -> None:
        while True:
            await asyncio.sleep(self.seconds / 3)
            if not await self._renewed(run):
                log.warning("lease lost: another engine drives this run now", extra={"run": run})
                lost.set()
                body.cancel("another engine drives this run now")
                return

    async def _renewed(self, run: str) -> bool:
        """A store that is away for a moment isn't a lost lease: the next look will tell."""
        try:
            return await self._take(run)
        except OperatorError as error:
            log.warning("lease not renewed: %s", error.message, extra={"run": run})
            return True
