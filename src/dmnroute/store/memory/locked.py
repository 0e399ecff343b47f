"""A run that one task holds alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime

from dmnroute.routing.budgets import Account, Refusal, Wanted
from dmnroute.routing.history import History
from dmnroute.routing.ports.runs import HopWrite
from dmnroute.routing.records.run import RunState
from dmnroute.routing.records.step import Outcome
from dmnroute.store import changes
from dmnroute.store.book import Book
from dmnroute.store.ledger import Ledger
from dmnroute.store.memory.plain import plain_change


class MemoryLockedRun:
    """What is written is applied when the lock is left in peace."""

    def __init__(self, state: RunState, history: History, book: Book, holding: AsyncExitStack) -> None:
        self.state = state
        self.history = history
        self.change: HopWrite | None = None
        self.left = False
        self._written = False
        self._book = book
        self._holding = holding
        self._ledger: Ledger | None = None

    async def reserve(
        self, wanted: Sequence[Wanted], *, at: datetime, outcomes: Sequence[Outcome] = ()
    ) -> Sequence[Refusal]:
        changes.check_reserve(self.state, reserved=self._ledger is not None, written=self._written, left=self.left)
        ledger = await self.ledger([account for each in wanted for account in each.accounts])
        ledger.settle(outcomes)
        return ledger.reserve(wanted)

    async def ledger(self, wanted: Iterable[Account] = ()) -> Ledger:
        """The run's part of the book, which nobody else can change until this lock is left."""
        if self._ledger is None:
            await self._holding.enter_async_context(self._book.lock)
            self._ledger = self._book.ledger(self.state.run.id, wanted)
        return self._ledger

    def check_reserved(self) -> None:
        """What was reserved is kept with a write only. Raises UsageError."""
        changes.check_kept(self.state, reserved=self._ledger is not None, written=self._written)

    async def write(self, change: HopWrite) -> None:
        changes.check_once(self.state, written=self._written, left=self.left)
        self._written = True
        changes.check(self.state, change)
        self.change = plain_change(change)
