"""How long a hop waits at most, and for which signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from dmnroute.errors import RouteError
from dmnroute.routing.columns import Row
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.situation import HopTime


def refuse_endless_wait(rows: Sequence[Row], hop: Mapping[str, Any], time: HopTime) -> None:
    """A wait has to end by something.

    Raises:
        RouteError: `endless_wait`.
    """
    if not (hop["wait"] is not None or hop["until"] or hop["signal"] or time.timeout or time.until_slo):
        raise RouteError(
            "the action `wait` needs `wait` (seconds), `until` (a date and time) or `signal` (names)",
            code="endless_wait",
            place=rows[0].place,
        )


def longest_wait(hop: Mapping[str, Any], *, now: datetime) -> Decimal | None:
    """Seconds until a wait or an escalation is over, by whichever comes first; null when by neither."""
    until = hop["until"]
    left = None if until is None else max(seconds_between(now, until), Decimal(0))
    return min((time for time in (hop["wait"], left) if time is not None), default=None)
