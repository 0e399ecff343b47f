"""Steps whose outcome is known before anybody is sent: settled with the decision, the same for every engine."""

from __future__ import annotations

from dmnroute.router.reuse import reused
from dmnroute.routing.outcomes import refused
from dmnroute.routing.ports import Store
from dmnroute.routing.records import Outcome, Plan


async def settled_outcomes(plan: Plan, store: Store) -> list[Outcome]:
    """The outcomes of the plan's steps that need no agent."""
    found = [refused(step) or await reused(step, store) for step in plan.steps]
    return [outcome for outcome in found if outcome is not None]
