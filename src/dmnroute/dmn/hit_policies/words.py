"""Say which rules are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dmnroute.dmn.hit_policies.base import Row

_MOST = 10


def rules(rows: tuple[Row, ...]) -> str:
    """``rules 2 and 5``, ``rules 1, 2 and 7``; of very many the first ten."""
    numbers = [str(row.rule + 1) for row in rows]
    if len(numbers) == 1:
        return f"rule {numbers[0]}"
    if len(numbers) > _MOST:
        return f"rules {', '.join(numbers[:_MOST])} and {len(numbers) - _MOST} more"
    return f"rules {', '.join(numbers[:-1])} and {numbers[-1]}"
