"""What a step may still spend: asked before every call that bills."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol
from uuid import uuid4

from dmnroute.agents.failure import BudgetRefused
from dmnroute.routing.amounts import Amounts, told
from dmnroute.routing.budgets import Refusal, Reservation
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.step import PlannedStep

NOTHING = Decimal(0)


class Purse(Protocol):
    """Grants amounts to one call of an agent."""

    async def ask(self, amounts: Amounts) -> None:
        """Raise BudgetRefused when a budget doesn't allow so much more."""
        ...


@dataclass(slots=True)
class OwnLimit:
    """A step's own `max_cost` (USD): all that can be checked where there is no store."""

    limit: Decimal | None
    used: Decimal = NOTHING

    async def ask(self, amounts: Amounts) -> None:
        """Several calls may ask at the same time: nothing is awaited between look and grant."""
        asked = amounts.cost or NOTHING
        if self.limit is not None and self.used + asked > self.limit:
            raise BudgetRefused(
                f"the step may cost {told('cost', self.limit)}; {told('cost', self.used)} are used,"
                f" and {told('cost', asked)} more would be needed"
            )
        self.used += asked


@dataclass(slots=True)
class StepPurse:
    """All attempts of one delivery of a step: what they were granted, and what earlier deliveries were."""

    step: PlannedStep
    store: Store | None
    clock: Clock
    own: OwnLimit = field(init=False)
    earlier: Amounts = field(default_factory=Amounts, init=False)
    """Granted to workers that were lost; it may have been billed."""
    _delivery: str = field(default_factory=lambda: f"{uuid4().hex[:12]}.", init=False)
    _asked: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.own = OwnLimit(self.step.max_cost)

    async def open(self) -> None:
        """Learn what earlier deliveries of the step were granted."""
        found: Reservation | None = await self.store.reservation(self.step.id) if self.store else None
        if found is not None:
            self.earlier = found.granted(besides=self._delivery).model_copy(update={"calls": None, "hops": None})
            self.own.used = self.earlier.cost or NOTHING

    async def ask(self, amounts: Amounts) -> None:
        """Raise BudgetRefused when the step, its run, its tenant or its agent may not use so much more."""
        await self.own.ask(amounts)
        refusal = await self._granted(amounts)
        if refusal is not None:
            self.own.used -= amounts.cost or NOTHING
            raise BudgetRefused(refusal.message)

    async def may_try_again(self) -> bool:
        """Whether the budgets have one more call."""
        return await self._granted(Amounts(calls=1)) is None

    async def _granted(self, amounts: Amounts) -> Refusal | None:
        if self.store is None:
            return None
        self._asked += 1
        key, step = f"{self._delivery}{self._asked}", self.step
        return await self.store.spend(step.id, amounts, key=key, at=self.clock.now(), max_cost=step.max_cost)
