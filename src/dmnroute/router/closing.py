"""The outcomes of what ends with a hop: steps that are cancelled, answers that never came."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dmnroute.routing.amounts import Amounts
from dmnroute.routing.coverage import coverage_of
from dmnroute.routing.history import History
from dmnroute.routing.ports.store import Store
from dmnroute.routing.progress import closing_outcomes
from dmnroute.routing.records.hop import HopEnd
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.routing.spending import used


async def closed(history: History, end: HopEnd, store: Store) -> list[Outcome]:
    """The outcomes of the steps that have none when their hop ends."""
    return await with_costs(closing_outcomes(history, end), history, store)


async def with_costs(outcomes: Sequence[Outcome], history: History, store: Store) -> list[Outcome]:
    """Outcomes of the latest hop; those that no agent gave, with what their steps have spent."""
    steps = {step.id: step for step in history.last.decision.plan.steps} if history.last else {}
    return [
        await with_cost(outcome, steps[outcome.step], store)
        if outcome.status in ("cancelled", "timeout") and outcome.step in steps
        else outcome
        for outcome in outcomes
    ]


async def with_cost(outcome: Outcome, step: PlannedStep, store: Store) -> Outcome:
    """A step that is given up has cost what it was granted; a child run, what it has spent."""
    if step.child_policy is not None:
        history = await store.history(step.id)
        if history is None:
            return outcome
        return outcome.model_copy(update=_spent(used(history.own())) | {"coverage": coverage_of(history)})
    reservation = await store.reservation(step.id)
    granted = reservation.granted() if reservation else Amounts()
    is_unknown = granted.cost is None and bool(granted.tokens)
    if outcome.cost or not (granted.cost or granted.tokens):
        return outcome
    return outcome.model_copy(update=_spent(granted) | ({"cost": None} if is_unknown else {}))


def _spent(amounts: Amounts) -> dict[str, Any]:
    return {"cost": amounts.cost or Decimal(0), "tokens": amounts.tokens or 0, "calls": amounts.calls or 0}
