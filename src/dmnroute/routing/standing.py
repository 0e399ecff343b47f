"""How budgets stand, as tables read it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from dmnroute.routing.amounts import MEASURES, Amounts, Measure
from dmnroute.routing.budgets import AccountState


class _Context(BaseModel):
    model_config = ConfigDict(frozen=True)


class MeasureContext(_Context):
    """One measure of a budget. All but `spent` are null when there is no limit."""

    limit: Decimal | None = None
    spent: Decimal | None = None
    """What is held back for steps under way included."""
    remaining: Decimal | None = None
    ratio: Decimal | None = None


class StandingContext(_Context):
    """The budgets that several runs share; everything is null when there is none."""

    ratio: Decimal | None = None
    """The share used of whatever is nearest to its limit."""
    warning: bool = False
    """Whether anything has reached the share from which its budget warns."""
    cost: MeasureContext = MeasureContext()
    tokens: MeasureContext = MeasureContext()
    calls: MeasureContext = MeasureContext()
    hops: MeasureContext = MeasureContext()
    time: MeasureContext = MeasureContext()


class BudgetContext(_Context):
    """Money: of the run itself, then its other limits, then those of its tenant."""

    limit: Decimal | None
    spent: Decimal
    """USD; costs that nobody knows as they were estimated."""
    remaining: Decimal | None
    ratio: Decimal | None
    unknown: int
    """Outcomes of which nobody knows what they cost."""
    warning: bool
    """Whether cost, tokens, calls or hops of the run have reached the share from which its limits warn."""
    tokens: MeasureContext
    calls: MeasureContext
    hops: MeasureContext
    tenant: StandingContext


def measured(limit: Decimal | None, spent: Decimal) -> MeasureContext:
    """What remains (never below 0), and the share used; a limit of 0 is used up."""
    if limit is None:
        return MeasureContext(spent=spent)
    remaining = max(limit - spent, Decimal(0))
    return MeasureContext(limit=limit, spent=spent, remaining=remaining, ratio=share_used(limit, spent))


def share_used(limit: Decimal | None, spent: Decimal) -> Decimal | None:
    """Null where nothing limits; a limit of 0 is used up."""
    return None if limit is None else spent / limit if limit else Decimal(1)


def standing_of(states: Sequence[AccountState]) -> dict[str, Any]:
    """How several budgets stand together: of each measure the one that is nearest to its limit."""
    tightest: dict[Measure, MeasureContext] = {}
    warning = False
    for state in states:
        for measure in MEASURES:
            limit = state.account.limits.of(measure)
            if limit is None:
                continue
            found = measured(limit, state.used(measure))
            warning |= is_warned(found, state.account.warn)
            tightest[measure] = max(tightest.get(measure, found), found, key=lambda each: each.ratio or Decimal(0))
    ratio = max((each.ratio for each in tightest.values() if each.ratio is not None), default=None)
    return StandingContext(ratio=ratio, warning=warning, **tightest).model_dump()


def budget_of_run(limits: Amounts, spent: Amounts, warn: Decimal, *, unknown: int) -> dict[str, Any]:
    """How the limits of one run stand."""
    found = {measure: measured(limits.of(measure), spent.of(measure) or Decimal(0)) for measure in _OF_RUN}
    return found["cost"].model_dump() | {
        "unknown": unknown,
        "warning": any(is_warned(each, warn) for each in found.values()),
        "tokens": found["tokens"],
        "calls": found["calls"],
        "hops": found["hops"],
    }


_OF_RUN: tuple[Measure, ...] = ("cost", "tokens", "calls", "hops")


def is_warned(measure: MeasureContext, warn: Decimal | None) -> bool:
    """Whether so much is used that tables should know."""
    return measure.ratio is not None and warn is not None and measure.ratio >= warn
