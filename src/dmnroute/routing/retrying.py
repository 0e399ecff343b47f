"""Retries by the router, for workers that don't try again themselves: the policy's `retries`, as the SDK honours them.

They are hops that follow from the tables' decision: a wait, then the steps that failed once more. An outcome of the SDK
has used its attempts up when it arrives.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.routing.retries import has_time, retry_delay
from dmnroute.routing.rounds import Round
from dmnroute.routing.situation import Situation


def back_off(latest: Round, situation: Situation) -> Plan | None:
    """The plan that waits before failed steps are tried again; null when none is, or when it has waited."""
    if latest.hops[-1].decision.stage == "backoff":
        return None
    delays = [delay for _, step, outcome in _failed(latest) if (delay := _delay(step, outcome, situation)) is not None]
    if not delays:
        return None
    wait = Decimal(f"{max(delays):.3f}")
    return Plan(action="wait", wait=wait, reason="before failed steps are tried again")


def try_again(latest: Round, situation: Situation) -> Plan | None:
    """The plan that sends failed steps once more, after the wait."""
    if latest.hops[-1].decision.stage != "backoff":
        return None
    steps = [
        (slot, step, outcome)
        for slot, step, outcome in _failed(latest)
        if retry_delay(step, outcome, attempt=outcome.attempt) is not None
        and has_time(0, now=situation.now, until=step.deadline)
    ]
    if not steps:
        return None
    return Plan(
        action="dispatch",
        steps=tuple(_again(*each, situation, index) for index, each in enumerate(steps, 1)),
        join=_still_needed(latest),
        reason="failed steps once more",
    )


def _failed(latest: Round) -> Iterator[tuple[int, PlannedStep, Outcome]]:
    """The steps that failed, as they were sent last; none once the join is met, or guards look at what came back.

    A hop that a condition or `tolerate` ends has counted its failures already.
    """
    plan = latest.work.decision.plan if latest.work else None
    if plan is None or plan.condition is not None or plan.tolerate is not None:
        return
    if latest.asking("after") or _still_needed(latest) == 0:
        return
    for slot in range(1, len(latest.wanted) + 1):
        step, outcome = latest.sent(slot)
        if outcome is not None and outcome.foreign:
            yield slot, step, outcome


def _still_needed(latest: Round) -> int | None:
    """How many ok outcomes the join still needs; null when it wants all steps to end."""
    assert latest.work is not None
    join = latest.work.decision.plan.join
    if join is None:
        return None
    outcomes = [latest.worked(slot) for slot in range(1, len(latest.wanted) + 1)]
    return max(join - sum(outcome is not None and outcome.status == "ok" for outcome in outcomes), 0)


def _delay(step: PlannedStep, outcome: Outcome, situation: Situation) -> float | None:
    delay = retry_delay(step, outcome, attempt=outcome.attempt)
    return delay if delay is not None and has_time(delay, now=situation.now, until=step.deadline) else None


def _again(slot: int, step: PlannedStep, outcome: Outcome, situation: Situation, index: int) -> PlannedStep:
    """The step with what is left of its time and money: a timeout is for all attempts together."""
    left = None if step.deadline is None else seconds_between(situation.now, step.deadline)
    return step.model_copy(
        update={
            "id": f"{step.run}/{situation.hop}.{index}",
            "slot": slot,
            "attempt": outcome.attempt + 1,
            "timeout": left,
            "max_cost": None if step.max_cost is None else max(step.max_cost - (outcome.cost or 0), Decimal(0)),
        }
    )
