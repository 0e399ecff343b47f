"""The outcomes of what ends with a hop: steps that are cancelled, answers that never came."""

from __future__ import annotations

from dmnroute.routing.history import History
from dmnroute.routing.plan import CHILD_RUN
from dmnroute.routing.ports import Store
from dmnroute.routing.progress import closing_outcomes
from dmnroute.routing.records import HopEnd, Outcome, PlannedStep


async def closed(history: History, end: HopEnd, store: Store) -> list[Outcome]:
    """The outcomes of the steps that have none when their hop ends."""
    steps = {step.id: step for step in history.last.decision.plan.steps} if history.last else {}
    return [await with_cost(outcome, steps[outcome.step], store) for outcome in closing_outcomes(history, end)]


async def with_cost(outcome: Outcome, step: PlannedStep, store: Store) -> Outcome:
    """A child run that is cancelled has cost what it has spent."""
    child = await store.state(step.id) if step.type.startswith(CHILD_RUN) else None
    return outcome if child is None else outcome.model_copy(update={"cost": child.cost})
