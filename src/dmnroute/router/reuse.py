"""Take the outcome of an equal step of before, where the policy allows it."""

from __future__ import annotations

from decimal import Decimal

from dmnroute.routing.canonical import digest
from dmnroute.routing.ports import Store
from dmnroute.routing.records import Outcome, PlannedStep


async def reused(step: PlannedStep, store: Store) -> Outcome | None:
    """The outcome of the same version of the agent for the same input; it costs nothing once more."""
    if not step.reuse:
        return None
    found = await store.reusable(step.type.removeprefix("agent."), step.version, digest(step.input))
    if found is None:
        return None
    now = {"step": step.id, "agent": step.agent, "reused": True}
    return found.model_copy(update=now | {"cost": Decimal(0), "tokens": 0, "latency": Decimal(0)})
