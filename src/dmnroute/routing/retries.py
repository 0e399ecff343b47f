"""When a failed step is tried again: the policy's retries, not the engine's redelivery."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from dmnroute.routing.records.step import Outcome, PlannedStep

FIRST_DELAY = Decimal("0.5")
"""Seconds before the first retry where the column `backoff` says nothing; doubled each time."""
LONGEST_DELAY = 30.0
"""Seconds; a first delay that is longer stays as it is."""


def retry_delay(step: PlannedStep, outcome: Outcome, *, attempt: int) -> float | None:
    """Seconds to wait before the step is tried once more; null when its outcome stands.

    The jitter (half to all of the delay) is drawn from the step's id and attempt, so that it can be told again. A
    service that said when to come back isn't asked before.
    """
    if outcome.status != "failed" or outcome.error is None or not outcome.error.retryable:
        return None
    if attempt > step.retries:
        return None
    first = float(step.backoff or FIRST_DELAY)
    delay = min(first * 2.0 ** min(attempt - 1, 60), max(LONGEST_DELAY, first))
    jittered = delay * (0.5 + Random(f"{step.id}#{attempt}").random() / 2)
    return max(jittered, float(outcome.error.retry_after or 0))


def has_time(delay: float, *, now: datetime, until: datetime | None) -> bool:
    """Whether a retry after so many seconds would begin before the step's time is over; the failure tells more then."""
    return until is None or now + timedelta(seconds=delay) < until
