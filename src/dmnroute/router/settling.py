"""Steps whose outcome is known before anybody is sent: settled with the decision, the same for every engine."""

from __future__ import annotations

from dmnroute.router.reuse import reused
from dmnroute.routing.history import History
from dmnroute.routing.outcomes import failed, refused
from dmnroute.routing.ports import Store
from dmnroute.routing.records import Outcome, Plan, PlannedStep
from dmnroute.routing.steering import forbidden


async def settled_outcomes(plan: Plan, store: Store, history: History) -> list[Outcome]:
    """The outcomes of the plan's steps that need no agent; `history` is that of the decision."""
    found = [refused(step) or _forbidden(step, history) or await reused(step, store) for step in plan.steps]
    return [outcome for outcome in found if outcome is not None]


def _forbidden(step: PlannedStep, history: History) -> Outcome | None:
    """What people forbade isn't sent; tables route on the kind `forbidden`, or read `run.forbidden` before."""
    agent = step.type.removeprefix("agent.")
    control = forbidden(history).get(agent)
    if control is None:
        return None
    why = f": {control.why}" if control.why else ""
    return failed(step, "forbidden", f"agent `{agent}` is forbidden in this run by {control.who}{why}")
