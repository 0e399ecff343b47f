"""Which tasks hold a run now. A write by the same task would wait for itself for ever: it is refused instead."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from dmnroute.errors import UsageError


class Holding:
    """Used by each store around its locks."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object] | None] = set()

    @contextmanager
    def by_this_task(self) -> Iterator[None]:
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    def refuse(self) -> None:
        """Raise UsageError `run_held` when this task holds a run."""
        if asyncio.current_task() in self._tasks:
            raise UsageError(
                "this task holds a run: it can't write anything else to the store now",
                code="run_held",
                hint="write the hop, leave `locked`, then go on",
            )
