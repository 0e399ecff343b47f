"""Drive many runs, so many at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

from dmnroute.routing.records.run import RunStatus


async def drive_all(
    drive: Callable[[str], Awaitable[RunStatus]], runs: Iterable[str], *, at_once: int
) -> AsyncIterator[tuple[str, RunStatus]]:
    """Tell each run as it comes to rest. Leaving the iteration cancels what is under way."""
    waiting, active = iter(runs), set[asyncio.Task[tuple[str, RunStatus]]]()

    async def named(run: str) -> tuple[str, RunStatus]:
        return run, await drive(run)

    try:
        while True:
            while len(active) < at_once and (run := next(waiting, None)) is not None:
                active.add(asyncio.create_task(named(run)))
            if not active:
                return
            done, active = await asyncio.wait(active, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in active:
            task.cancel()
        if active:
            await asyncio.wait(active)
