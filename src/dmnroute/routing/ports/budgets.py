"""Where budgets are kept that many runs share."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from dmnroute.routing.amounts import Amounts
from dmnroute.routing.budgets import AccountState, Refusal, Reservation


class BudgetStore(Protocol):
    """Budgets that many runs share."""

    async def spend(
        self, step: str, amounts: Amounts, *, key: str, at: datetime, max_cost: Decimal | None = None
    ) -> Refusal | None:
        """Let a step use so much more, unless one of its budgets or its own `max_cost` (USD) doesn't allow it.

        The same key is the same grant. Null, too, for a step that nothing limits: then nothing is counted.
        """
        ...

    async def reservation(self, step: str) -> Reservation | None:
        """What is held back for a step; null when nothing is, or it has ended."""
        ...

    async def accounts(self, *, keys: Collection[str] | None = None, at: datetime | None = None) -> list[AccountState]:
        """The accounts of budgets, by key: those with the keys, or those of periods that a moment belongs to.

        Those of single runs are given by key alone.
        """
        ...
