"""A hop in words: what was decided, and because of which rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from dmnroute.cli.views.figures import seconds
from dmnroute.routing.people import assignees_of, groups_of
from dmnroute.routing.progress import awaited_signals
from dmnroute.routing.records.hop import DecisionRecord, Plan, RuleHit, Stage


def what(plan: Plan) -> str:
    """``read_text``, ``find_dates, find_holders ×3``, ``wait 60 s for signal `paid```, ``escalate to `desk```"""
    match plan.action:
        case "dispatch":
            return _agents(plan) or "dispatch nothing"
        case "wait":
            return " ".join(("wait", *_waiting(plan)))
        case "escalate":
            names = " and ".join(f"`{name}`" for name in (*assignees_of(plan), *groups_of(plan)))
            group = f" to {names}" if names else ""
            limit = f", {seconds(plan.wait)} to answer" if plan.wait is not None else ""
            return f"escalate{group}{limit}"
        case _:
            return plan.action


def _agents(plan: Plan) -> str:
    numbers = Counter(step.agent for step in plan.steps)
    return ", ".join(agent if number == 1 else f"{agent} ×{number}" for agent, number in numbers.items())


def _waiting(plan: Plan) -> Sequence[str]:
    time = [seconds(plan.wait)] if plan.wait is not None else []
    names = " or ".join(f"`{name}`" for name in awaited_signals(plan))
    return [*time, f"for signal {names}"] if names else time


def because(decision: DecisionRecord) -> str:
    """The rules of the route itself, or the limit that overrode them: ``rule 4 (good text)``."""
    if decision.limit is not None:
        return f"limit `{decision.limit}` reached"
    if not decision.rules:
        return ""
    route = decision.rules[-1].decision
    return ", ".join(rule(hit) for hit in decision.rules if hit.decision == route)


def rule(hit: RuleHit) -> str:
    """``rule 4 (good text)``"""
    return f"rule {hit.rule} ({hit.annotation})" if hit.annotation else f"rule {hit.rule}"


_STAGES: Mapping[Stage, str] = {
    "again": "does once more what went before the fork",
    "guards_before": "asks the next guards before it is sent",
    "guarded": "sends what the guards let through",
    "backoff": "waits before failed steps are tried again",
    "retry": "tries failed steps again",
    "guards_after": "asks guards before the tables see it",
    "asked_again": "asks again: the answer didn't fit",
    "undo": "undoes what was done, the latest first",
}


def following(decision: DecisionRecord, stage: Stage) -> str:
    """What a hop does that follows from what tables decided before: ``tries failed steps again``"""
    is_over = stage == "undo" and decision.plan.action != "dispatch"
    return "nothing is left to undo" if is_over else _STAGES[stage]
