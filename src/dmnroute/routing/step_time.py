"""When a step was sent, and how long its agent may take from now."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.records.step import PlannedStep


def dispatched(step: PlannedStep) -> datetime | None:
    """When the step was sent; null where it has no timeout that tells."""
    if step.deadline is None or step.timeout is None:
        return None
    return step.deadline - timedelta(microseconds=int(step.timeout * 1_000_000))


def time_left(step: PlannedStep, *, now: datetime) -> Decimal | None:
    """Seconds from now that a step has, when its process begins with it (again).

    Its own time is for work, and begins anew where a process died. The time of its hop, and an SLO, go on meanwhile.
    """
    if step.cut is None or step.deadline is None:
        return step.timeout
    return max(seconds_between(now, step.deadline), Decimal(0))
