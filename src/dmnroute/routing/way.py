"""Where a plan sends a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from dmnroute.routing.records.hop import Plan


def way_of(plan: Plan) -> tuple[Any, ...]:
    """What makes two plans the same way: the action, the steps with their input, the join, times, the end.

    Reasons, rules and costs may differ.
    """
    steps = [(step.agent, step.type, step.input) for step in plan.steps]
    join = plan.join, plan.condition, plan.tolerate
    time = plan.wait, plan.hop_timeout, plan.until_slo
    return plan.action, steps, join, time, plan.signal, plan.group, plan.form, plan.result


def name_of_way(plan: Plan) -> str:
    """``read_text``, ``find_dates + find_sums ×3``, ``wait for paid``, ``escalate to desk``, ``complete``"""
    match plan.action:
        case "dispatch":
            numbers = Counter(step.agent for step in plan.steps)
            each = (agent if number == 1 else f"{agent} ×{number}" for agent, number in numbers.items())
            return " + ".join(each) or "nothing"
        case "wait":
            return f"wait for {_names(plan.signal)}" if plan.signal else "wait"
        case "escalate":
            people = [_names(names) for names in (plan.assignee, plan.group) if names]
            return f"escalate to {' or '.join(people)}" if people else "escalate"
        case _:
            return plan.action


def _names(names: str | Iterable[str]) -> str:
    return names if isinstance(names, str) else " or ".join(names)
