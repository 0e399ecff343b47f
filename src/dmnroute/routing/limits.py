"""Hard limits: they hold whatever a table says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from dmnroute.routing.amounts import Amounts, Measure
from dmnroute.routing.arrivals import since_restart
from dmnroute.routing.canonical import digest
from dmnroute.routing.history import History
from dmnroute.routing.loops import loop_of
from dmnroute.routing.records.hop import LimitName, Plan
from dmnroute.routing.records.step import PlannedStep
from dmnroute.routing.rounds import decisions_of_tables
from dmnroute.routing.spending import needs, total, used


def limit_before(history: History, *, now: datetime) -> tuple[LimitName, str] | None:
    """The limit that ends the run before its tables are asked: hops or time. Hops between decisions don't count."""
    limits = history.run.limits
    if decisions_of_tables(history) >= limits.hops:
        return "hops", f"the run reached its limit of {limits.hops} hops"
    return time_limit(history, now=now)


def time_limit(history: History, *, now: datetime) -> tuple[LimitName, str] | None:
    """The limit that ends the run whatever comes next."""
    limits = history.run.limits
    if limits.time is not None and history.elapsed(now) >= limits.time:
        return "time", f"the run reached its limit of {limits.time.normalize():f} s"
    return None


def limit_after(
    history: History, plan: Plan, fingerprint: str, *, guards: Sequence[PlannedStep] = ()
) -> tuple[LimitName, str] | None:
    """The limit that a plan would break: cost, tokens or calls (those of its guards included), or no progress."""
    steps = (*guards, *plan.steps) if plan.action == "dispatch" else ()
    return spending_limit(history, steps) or _no_progress(history, plan, fingerprint)


def spending_limit(history: History, steps: Sequence[PlannedStep]) -> tuple[LimitName, str] | None:
    """The limit that steps would break with what they are expected to use: cost, tokens or calls."""
    if not steps:
        return None
    limits, spent, needed = history.run.limits, used(history), [needs(step) for step in steps]
    cost = _broken("cost", limits.cost, spent, needed)
    if cost is not None:
        asked, left = cost
        may = "nobody knows what the next steps cost" if not asked else f"the next steps may cost {asked:f} USD"
        return "cost", f"{may}, and {left:f} of {limits.cost:f} USD is left"
    tokens = _broken("tokens", limits.tokens, spent, needed)
    if tokens is not None:
        asked, left = tokens
        may = (
            "nobody knows how many tokens the next steps take"
            if not asked
            else f"the next steps may take {asked} tokens"
        )
        return "tokens", f"{may}, and {left} of {limits.tokens} are left"
    calls = _broken("calls", limits.calls, spent, needed)
    if calls is not None:
        return "calls", f"the next steps are {calls[0]} calls, and {calls[1]} of {limits.calls} are left"
    return None


def _broken(
    measure: Measure, limit: Decimal | int | None, spent: Amounts, needed: Sequence[Amounts]
) -> tuple[Decimal, Decimal] | None:
    """What is asked for and what is left, when it isn't enough. What is unknown needs at least something."""
    if limit is None:
        return None
    asked, so_far = total(needed).of(measure) or Decimal(0), spent.of(measure) or Decimal(0)
    is_unknown = any(each.of(measure) is None for each in needed)
    if so_far + asked > limit or (is_unknown and so_far >= limit):
        return asked, max(limit - so_far, Decimal(0))
    return None


def _no_progress(history: History, plan: Plan, fingerprint: str) -> tuple[LimitName, str] | None:
    hops = since_restart(history).hops
    same = [hop.decision.hop for hop in hops if hop.decision.fingerprint == fingerprint]
    if plan.action in ("complete", "fail", "cancel") or len(same) < history.run.limits.no_progress:
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
