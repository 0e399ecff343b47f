"""Amounts of what runs use: money, tokens, calls, hops and time."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any, Literal, TypeAlias

from pydantic import Field

from dmnroute.routing.records.base import Record

Measure: TypeAlias = Literal["cost", "tokens", "calls", "hops", "time"]
MEASURES: tuple[Measure, ...] = ("cost", "tokens", "calls", "hops", "time")

_EXACT = Context(prec=100)
"""Wide enough to add amounts of money without rounding."""


class Amounts(Record):
    """So much of each measure. Null is unknown; of a limit it is none."""

    cost: Decimal | None = Field(None, ge=0)
    """USD."""
    tokens: int | None = Field(None, ge=0)
    calls: int | None = Field(None, ge=0)
    """Calls of agents, each attempt by itself."""
    hops: int | None = Field(None, ge=0)
    """Hops that sent steps."""
    time: Decimal | None = Field(None, ge=0)
    """Seconds that agents worked."""

    def of(self, measure: Measure) -> Decimal | None:
        """The amount of one measure."""
        amount = getattr(self, measure)
        return None if amount is None else Decimal(amount)

    def plus(self, other: Amounts) -> Amounts:
        """The sums; what is unknown on one side adds nothing."""
        return self._with(other, _EXACT.add)

    def minus(self, other: Amounts) -> Amounts:
        """The differences, never below 0."""
        return self._with(other, lambda ours, theirs: max(_EXACT.subtract(ours, theirs), Decimal(0)))

    def at_least(self, other: Amounts) -> Amounts:
        """The greater of both, measure by measure."""
        return self._with(other, max)

    def _with(self, other: Amounts, join: Callable[[Decimal, Decimal], Decimal]) -> Amounts:
        joined: dict[str, Any] = {}
        for measure in MEASURES:
            ours, theirs = self.of(measure), other.of(measure)
            if ours is not None or theirs is not None:
                joined[measure] = join(ours or Decimal(0), theirs or Decimal(0))
        return Amounts(**joined)


def told(measure: Measure, amount: Decimal) -> str:
    """An amount with its unit: ``0.5 USD``, ``1200 tokens``, ``30 s``."""
    unit = {"cost": "USD", "time": "s"}.get(measure, measure)
    return f"{_shortest(amount):f} {unit}"


def _shortest(amount: Decimal) -> Decimal:
    """Without zeros at the end."""
    return amount.normalize(_EXACT)
