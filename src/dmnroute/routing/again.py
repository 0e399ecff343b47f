"""Steps that another run did, done once more in a fork; the outcomes of its other steps count as they were."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from dmnroute.routing.allowances import child_reserve
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.records.step import PlannedStep
from dmnroute.routing.rounds import Round
from dmnroute.routing.situation import HopTime, Situation


def again(latest: Round, situation: Situation) -> Plan | None:
    """The first hop of a fork that does steps once more; null for any other hop."""
    origin = situation.run.origin
    if origin is None or not origin.again or situation.hop != origin.hops + 1:
        return None
    assert latest.work is not None
    plan = latest.work.decision.plan
    chosen = [step for step in plan.steps if step.id in origin.again]
    allowed = iter(situation.allowances([step.max_cost for step in chosen]))
    steps = tuple(_steps(latest, plan, origin.again, situation, allowed))
    names = ", ".join(dict.fromkeys(f"`{step.agent}`" for step in chosen))
    return plan.model_copy(update={"steps": steps, "reason": f"{names} once more"})


def _steps(
    latest: Round, plan: Plan, chosen: tuple[str, ...], situation: Situation, allowed: Iterator[Decimal | None]
) -> Iterator[PlannedStep]:
    for index, step in enumerate(plan.steps, 1):
        own = {"id": f"{situation.run.id}/{situation.hop}.{index}", "run": situation.run.id}
        if step.id not in chosen:
            sent, _ = latest.sent(index)
            yield step.model_copy(update=own | {"done": sent.done or sent.id, "deadline": None})
            continue
        times = situation.times(step.uncut or step.timeout, HopTime(plan.hop_timeout, plan.until_slo))
        # An equal step of before must not stand in for it: it is to be done.
        cost = next(allowed)
        now = times | {"max_cost": cost, "done": None, "refused": None, "reuse": False}
        # Nor is what went well in a child run of before done again.
        goes_on = {"redrives": step.id, "reserve": child_reserve(None, cost)} if _is_child(step) else {}
        yield step.model_copy(update=own | now | goes_on)


def _is_child(step: PlannedStep) -> bool:
    return step.child_policy is not None
