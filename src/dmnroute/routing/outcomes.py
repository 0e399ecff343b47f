"""What outcomes cost, and outcomes of steps that no agent could answer for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from dmnroute.routing.records.step import Cut, Outcome, PlannedStep, StepError

CUT_BY: Mapping[Cut, str] = {
    "hop_timeout": ", the time of its hop",
    "slo": ", when the run's SLO was breached",
}
"""What ended a step before its own time, as its error says it."""


def known_cost(outcomes: Iterable[Outcome]) -> Decimal:
    """USD of the outcomes whose cost is known."""
    return sum((outcome.cost for outcome in outcomes if outcome.cost is not None), Decimal(0))


def failed(step: PlannedStep, kind: str, message: str, *, retryable: bool = False) -> Outcome:
    """The step could not be done, and this is why."""
    error = StepError(kind=kind, message=message, retryable=retryable)
    return Outcome(step=step.id, agent=step.agent, status="failed", error=error)


def unsent(step: PlannedStep, kind: str, message: str, *, retryable: bool = False) -> Outcome:
    """Nobody was sent, so nobody was called, and this is why."""
    return failed(step, kind, message, retryable=retryable).model_copy(update={"calls": 0})


def timed_out(step: PlannedStep, *, latency: Decimal) -> Outcome:
    """The step took too long; `latency` is in seconds."""
    timeout = f"{step.timeout.normalize():f} s" if step.timeout is not None else "its time"
    why = CUT_BY[step.cut] if step.cut else ""
    error = StepError(kind="timeout", message=f"no outcome within {timeout}{why}", retryable=True)
    return Outcome(step=step.id, agent=step.agent, status="timeout", error=error, latency=latency, cut=step.cut)


def cancelled(step: PlannedStep) -> Outcome:
    """The step's result is no longer wanted."""
    error = StepError(kind="cancelled", message="its result was no longer wanted")
    return Outcome(step=step.id, agent=step.agent, status="cancelled", error=error)


def refused(step: PlannedStep) -> Outcome | None:
    """The outcome of a step that a guard has stopped; null when it may be sent."""
    if step.refused is None:
        return None
    return Outcome(step=step.id, agent=step.agent, status="failed", error=step.refused, calls=0)


def skipped(step: PlannedStep) -> Outcome:
    """Nobody needs the step any more; it wasn't sent."""
    return Outcome(step=step.id, agent=step.agent, status="skipped")
