"""What each step of a hop may cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal


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
