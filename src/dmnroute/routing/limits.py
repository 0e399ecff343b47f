"""Hard limits: they hold whatever a table says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from dmnroute.routing.canonical import digest
from dmnroute.routing.context import seconds_between
from dmnroute.routing.history import History
from dmnroute.routing.loops import loop_of
from dmnroute.routing.records import LimitName, Plan, PlannedStep
from dmnroute.routing.rounds import decisions_of_tables


def limit_before(history: History, *, now: datetime) -> tuple[LimitName, str] | None:
    """The limit that ends the run before its tables are asked: hops or time. Hops between decisions don't count."""
    limits = history.run.limits
    if decisions_of_tables(history) >= limits.hops:
        return "hops", f"the run reached its limit of {limits.hops} hops"
    return time_limit(history, now=now)


def time_limit(history: History, *, now: datetime) -> tuple[LimitName, str] | None:
    """The limit that ends the run whatever comes next."""
    limits = history.run.limits
    if limits.time is not None and seconds_between(history.run.started, now) >= limits.time:
        return "time", f"the run reached its limit of {limits.time.normalize():f} s"
    return None


def limit_after(
    history: History, plan: Plan, fingerprint: str, *, guards: Sequence[PlannedStep] = ()
) -> tuple[LimitName, str] | None:
    """The limit that a plan would break: cost (that of its guards included), or no progress."""
    steps = (*guards, *plan.steps) if plan.action == "dispatch" else ()
    return cost_limit(history, steps) or _no_progress(history, plan, fingerprint)


def cost_limit(history: History, steps: Sequence[PlannedStep]) -> tuple[LimitName, str] | None:
    """The limit that steps would break with what they are expected to cost."""
    limit, spent = history.run.limits.cost, history.spent()
    reserved = sum((step.reserve for step in steps), Decimal(0))
    if not steps or limit is None or spent + reserved <= limit:
        return None
    return "cost", (
        f"the next steps may cost {reserved:f} USD, and {max(limit - spent, Decimal(0)):f} of {limit:f} USD is left"
    )


def _no_progress(history: History, plan: Plan, fingerprint: str) -> tuple[LimitName, str] | None:
    same = [hop.decision.hop for hop in history.hops if hop.decision.fingerprint == fingerprint]
    if plan.action in ("complete", "fail") or len(same) < history.run.limits.no_progress:
        return None
    loop = loop_of(history)
    what = str(loop) if loop else f"hops {', '.join(map(str, same))} took the same route for the same facts"
    return "no_progress", f"{what}; {len(same)} times is the limit"


def ended_by_limit(reason: str, facts: Mapping[str, Any]) -> Plan:
    """The graceful end: the run fails with the reason, and its facts so far are the result."""
    return Plan(action="fail", reason=reason, result=dict(facts))


def fingerprint_of(plan: Plan, facts: Mapping[str, Any]) -> str:
    """Equal for the same route taken for the same facts."""
    steps = [[step.agent, step.type, step.input] for step in plan.steps]
    return digest([plan.action, steps, plan.signal, dict(facts)])
