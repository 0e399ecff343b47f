"""Take the outcome of an equal step of before, where the policy allows it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from dmnroute.routing.history import History
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.routing.reuse_key import reuse_digest


async def reused(step: PlannedStep, store: Store, history: History, *, now: datetime) -> Outcome | None:
    """The outcome of the same version of the agent for the same input; it costs nothing once more."""
    if not step.reuse:
        return None
    found = await store.reusable(
        step.type.removeprefix("agent."),
        step.version,
        reuse_digest(step),
        runs=_runs(history) if step.reuse == "run" else None,
        tenant=None if step.reuse == "global" else step.tenant,
        since=None if step.reuse_for is None else now - timedelta(microseconds=int(step.reuse_for * 1_000_000)),
    )
    return None if found is None else standing_in(found, step)


def standing_in(outcome: Outcome, step: PlannedStep) -> Outcome:
    """An outcome of before as that of a step: nobody was called."""
    now = {"step": step.id, "agent": step.agent, "reused": True, "foreign": False, "attempt": 1}
    return outcome.model_copy(update=now | {"cost": Decimal(0), "tokens": 0, "calls": 0, "latency": Decimal(0)})


def _runs(history: History) -> tuple[str, ...]:
    """The run, and those that it was forked from."""
    return (history.run.id, *(run.id for run in history.ancestors))
