"""When a failed step is tried again: the policy's retries, not the engine's redelivery."""

from __future__ import annotations

from random import Random

from dmnroute.routing.records import Outcome, PlannedStep

FIRST_DELAY = 0.5
"""Seconds before the first retry; doubled each time."""
LONGEST_DELAY = 30.0
"""Seconds."""


def retry_delay(step: PlannedStep, outcome: Outcome, *, attempt: int) -> float | None:
    """Seconds to wait before the step is tried once more; null when its outcome stands.

    The jitter (half to all of the delay) is drawn from the step's id and attempt, so that it can be told again.
    """
    if outcome.status != "failed" or outcome.error is None or not outcome.error.retryable:
        return None
    if attempt > step.retries:
        return None
    delay = min(FIRST_DELAY * 2.0 ** (attempt - 1), LONGEST_DELAY)
    return delay * (0.5 + Random(f"{step.id}#{attempt}").random() / 2)
