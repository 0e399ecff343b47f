"""What each step of a hop may use of what its run has left, and what is held back for it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dmnroute.routing.catalogue import AgentSpec
from dmnroute.routing.records.run import Limits
from dmnroute.routing.records.step import Estimate

NO_ESTIMATE = Estimate()


def allowances(said: Sequence[Decimal | None], left: Decimal | None) -> list[Decimal | None]:
    """What each step may cost: as its row says, the others equal parts of the rest.

    Together they never get more than is left.
    """
    if left is None or not said:
        return list(said)
    named = sum((cost for cost in said if cost is not None), Decimal(0))
    if named > left:
        part = left / len(said)
        return [part if cost is None else min(cost, part) for cost in said]
    others = said.count(None)
    return [(left - named) / others if cost is None else cost for cost in said]


def share(left: int | None, width: int) -> int | None:
    """The equal part of so many steps, in whole numbers; null when there is no limit."""
    return None if left is None or width == 0 else left // width


def agent_reserve(
    spec: AgentSpec,
    estimate: Estimate,
    limits: Limits,
    *,
    max_cost: Decimal | None = None,
    allowance: Decimal | None = None,
) -> Decimal | None:
    """What an agent is expected to cost, in USD; null when nobody knows.

    As it declares, but never more than its row says; else all that its row allows, what it has cost so far, what the
    limits say.
    """
    if spec.cost is not None:
        return spec.cost if max_cost is None else min(spec.cost, max_cost)
    known = (max_cost and allowance, max_cost, estimate.cost, limits.unknown_cost)
    return next((cost for cost in known if cost is not None), None)


def child_reserve(max_cost: Decimal | None, allowance: Decimal | None) -> Decimal:
    """A child run may spend all that it is given; without a limit its steps are counted by themselves."""
    return next((cost for cost in (max_cost, allowance) if cost is not None), Decimal(0))
