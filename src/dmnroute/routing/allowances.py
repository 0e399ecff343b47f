"""What each step of a hop may use of what its run has left, and what is held back for it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Context, Decimal

from dmnroute.routing.catalogue import AgentSpec
from dmnroute.routing.records.run import Limits
from dmnroute.routing.records.step import Estimate

NO_ESTIMATE = Estimate()

_DIGITS = 34
"""Those of FEEL."""


def allowances(said: Sequence[Decimal | None], left: Decimal | None, *, edition: int) -> list[Decimal | None]:
    """What each step may cost: as its row says, the others equal parts of the rest.

    Together they never get more than is left; in runs of edition 1 a part could be rounded up in its last digit.
    """
    if left is None or not said:
        return list(said)
    up, down = _contexts(edition)
    named = Decimal(0)
    for cost in said:
        named = up.add(named, cost or Decimal(0))
    if named > left:
        part = down.divide(left, Decimal(len(said)))
        return [part if cost is None else min(cost, part) for cost in said]
    others = said.count(None)
    rest = down.divide(down.subtract(left, named), Decimal(others)) if others else None
    return [rest if cost is None else cost for cost in said]


def _contexts(edition: int) -> tuple[Context, Context]:
    """How sums and parts are rounded."""
    if edition == 1:
        return Context(_DIGITS, ROUND_HALF_EVEN), Context(_DIGITS, ROUND_HALF_EVEN)
    return Context(_DIGITS, ROUND_UP), Context(_DIGITS, ROUND_DOWN)


def portion(share: Decimal | None, left: Decimal | None) -> Decimal | None:
    """A share of what is left, never rounded up; null without a share or a limit."""
    return None if share is None or left is None else Context(_DIGITS, ROUND_DOWN).multiply(share, left)


def whole_parts(shares: Sequence[Decimal | None], left: int | None) -> list[int | None]:
    """What each step may use of something that is counted: its share, the others equal parts of the rest."""
    if left is None:
        return [None for _ in shares]
    whole = Decimal(left)
    parts = allowances([portion(share, whole) for share in shares], whole, edition=2)
    return [None if part is None else int(part) for part in parts]


def equal_part(left: int | None, width: int) -> int | None:
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
