"""The figures of agents that tables may read: gathered only for policies that ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from math import ceil
from typing import Any

from dmnroute.dmn import Model
from dmnroute.dmn.scope import Origin
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.ports import AgentActivity, Clock, Store
from dmnroute.routing.records import Outcome

LATEST = 50
"""How many of an agent's latest outcomes its figures are made of."""

PLACES = Decimal("0.000001")
"""Means and shares are rounded to millionths: nobody reads more, and records stay short."""

_WIDE = Context(prec=50, rounding=ROUND_HALF_EVEN)


def reads_agents(model: Model) -> bool:
    """Whether any expression of a policy reads `agents`."""
    outside = (Origin.OUTSIDE, Origin.INPUT)
    return any(found.origin in outside and found.reference.names[0] == "agents" for found in model.references())


async def gather_figures(store: Store, catalogue: Catalogue, clock: Clock) -> dict[str, Any]:
    """The figures of every agent, by name; null where nothing was measured."""
    found = await store.activity(sorted(catalogue.agents), latest=LATEST, now=clock.now())
    return {name: figures_of(activity) for name, activity in found.items()}


def figures_of(activity: AgentActivity) -> dict[str, Any]:
    """What an agent's latest outcomes and open steps say; reused outcomes cost nothing and took no time."""
    own = [outcome for outcome in activity.outcomes if not outcome.reused]
    ok = [outcome for outcome in own if outcome.status == "ok"]
    return {
        "in_flight": activity.driven,
        "backlog": activity.waiting,
        "error_rate": _mean(Decimal(outcome.status != "ok") for outcome in own),
        "latency_p95": _p95(own),
        "cost_mean": _mean(outcome.cost for outcome in own if outcome.cost is not None),
        "confidence_mean": _mean(outcome.confidence for outcome in ok if outcome.confidence is not None),
    }


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
