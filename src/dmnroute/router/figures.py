"""The figures of agents that tables may read: gathered only for policies that ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from math import ceil
from typing import Any

from dmnroute.dmn import Model
from dmnroute.dmn.scope import Origin
from dmnroute.routing.breakers import BREAKER_OPEN, Breaker, state_at
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.steps import AgentActivity
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.step import Estimate, Outcome

LATEST = 50
"""How many of an agent's latest outcomes its figures are made of."""

PLACES = Decimal("0.000001")
"""Means and shares are rounded to millionths: nobody reads more, and records stay short."""

_WIDE = Context(prec=50, rounding=ROUND_HALF_EVEN)


def reads_agents(model: Model) -> bool:
    """Whether any expression of a policy reads `agents`."""
    return _reads(model, ("agents",))


def reads_tenant_budgets(model: Model) -> bool:
    """Whether any expression of a policy reads `budget.tenant`."""
    return _reads(model, ("budget", "tenant"))


def _reads(model: Model, path: tuple[str, ...]) -> bool:
    """Also where only the beginning of the path is named: it may be taken apart elsewhere."""
    outside = (Origin.OUTSIDE, Origin.INPUT)
    return any(
        found.origin in outside and all(said == name for said, name in zip(found.reference.names, path, strict=False))
        for found in model.references()
    )


async def gather_figures(store: Store, catalogue: Catalogue, clock: Clock) -> dict[str, Any]:
    """The figures of every agent, by name; null where nothing was measured."""
    now = clock.now()
    found = await store.activity(sorted(catalogue.agents), latest=LATEST, now=now)
    breakers = await store.breakers()
    return {name: figures_of(activity) | breaker_figures(name, breakers, now=now) for name, activity in found.items()}


def breaker_figures(agent: str, breakers: Mapping[str, Breaker], *, now: datetime) -> dict[str, Any]:
    """The breaker before an agent, and those before the targets that it has called."""
    own = breakers.get(agent)
    return {
        "breaker": state_at(own, now) if own else "closed",
        "targets": [_target(breaker, now) for name, breaker in sorted(breakers.items()) if agent in breaker.callers],
    }


def _target(breaker: Breaker, now: datetime) -> dict[str, Any]:
    vendor, _, model = breaker.name.partition("/")
    return {"name": breaker.name, "vendor": vendor, "model": model, "breaker": state_at(breaker, now)}


def figures_of(activity: AgentActivity) -> dict[str, Any]:
    """What an agent's latest outcomes and open steps say; reused outcomes cost nothing and took no time."""
    own = [outcome for outcome in activity.outcomes if not outcome.reused and not _was_refused(outcome)]
    ok = [outcome for outcome in own if outcome.status == "ok"]
    return {
        "in_flight": activity.driven,
        "backlog": activity.waiting,
        "queued": _mean(outcome.queued for outcome in own if outcome.queued is not None),
        "error_rate": _mean(Decimal(outcome.status != "ok") for outcome in own if not outcome.cut),
        "latency_p95": _p95(own),
        "cost_mean": _mean(outcome.cost for outcome in own if outcome.cost is not None),
        "confidence_mean": _mean(outcome.confidence for outcome in ok if outcome.confidence is not None),
    }


def _was_refused(outcome: Outcome) -> bool:
    """A breaker, a budget, a guard or a person kept it away: nobody was called, and nothing was learnt."""
    kind = outcome.error.kind if outcome.error else None
    return kind == BREAKER_OPEN or (kind is not None and outcome.calls == 0)


def estimate_of(activity: AgentActivity) -> Estimate:
    """What a call has used on average; tokens are rounded up."""
    own = [outcome for outcome in activity.outcomes if not outcome.reused and not _was_refused(outcome)]
    tokens = _mean(Decimal(outcome.tokens) for outcome in own)
    return Estimate(
        cost=_mean(outcome.cost for outcome in own if outcome.cost is not None),
        tokens=None if tokens is None else ceil(tokens),
    )


def _mean(values: Iterable[Decimal]) -> Decimal | None:
    given = list(values)
    if not given:
        return None
    total = Decimal(0)
    for value in given:
        total = _WIDE.add(total, value)
    return _WIDE.divide(total, Decimal(len(given))).quantize(PLACES, context=_WIDE)


def _p95(outcomes: Sequence[Outcome]) -> Decimal | None:
    """The nearest rank: 95 of 100 calls took no longer than this."""
    latencies = sorted(outcome.latency for outcome in outcomes)
    return latencies[ceil(len(latencies) * 95 / 100) - 1] if latencies else None
