"""Keep a job's lease while its step runs, and learn from it that nobody wants the step any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from dmnroute.zeebe.gateway import Gateway


@asynccontextmanager
async def kept(job: int, gateway: Gateway, *, seconds: float) -> AsyncIterator[None]:
    """Renew the lease at a third of its time. A job that is gone cancels the body: cancellation isn't pushed."""
    body = asyncio.current_task()
    assert body is not None
    keeper = asyncio.create_task(_keep(job, gateway, seconds, body))
    try:
        yield
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper


async def _keep(job: int, gateway: Gateway, seconds: float, body: asyncio.Task[object]) -> None:
    while True:
        await asyncio.sleep(seconds / 3)
        if not await gateway.extend(job, seconds):
            body.cancel("the job is gone: the step was cancelled, or given to another worker")
            return
