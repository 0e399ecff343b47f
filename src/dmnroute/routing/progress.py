"""When a hop is over, and how it ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from dmnroute.routing.arrivals import ending
from dmnroute.routing.history import History, Hop
from dmnroute.routing.join import join_end
from dmnroute.routing.outcomes import cancelled, skipped, timed_out
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.hop import HopEnd, HopStatus, OnInput, Plan
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome
from dmnroute.routing.steering import as_steered, interrupting


def hop_end(history: History, *, now: datetime) -> HopEnd | None:
    """How the latest hop ended, or null while it goes on. Before the first hop: `start`."""
    arrived = ending(history)
    if arrived is not None:
        return _interrupted(history, *arrived)
    origin = history.run.origin
    if origin is not None and len(history.hops) == origin.hops:
        return origin.end
    history = as_steered(history)
    hop = history.last
    if hop is None:
        return HopEnd(status="start")
    match hop.decision.plan.action:
        case "wait":
            return _wait_end(history, hop, now)
        case "dispatch":
            return _steps_end(hop)
        case "escalate":
            return _people_end(history, hop, now)
        case "complete" | "fail" | "cancel":
            return None


def _interrupted(history: History, control: Control, becomes: OnInput) -> HopEnd:
    """The hop ends because input arrived. What an ancestor's steps came to is recorded where it happened."""
    begins = len(history.hops) == history.run.inherited
    open_steps = () if history.last is None or begins else history.last.missing()
    status: HopStatus = "start" if becomes == "restart" else "resumed"
    return HopEnd(status=status, control=control.number, cancelled=open_steps)


def is_under_way(history: History) -> bool:
    """Whether the latest hop sends steps: without an outcome they may have to be sent once more."""
    return history.last is not None and history.last.decision.plan.action == "dispatch"


def _steps_end(hop: Hop) -> HopEnd | None:
    plan, outcomes = hop.decision.plan, hop.ordered()
    end = join_end(plan, outcomes)
    if end is None:
        return None
    condition = None if plan.condition is None else end.met
    return HopEnd(status=status_of(outcomes), cancelled=hop.missing(), condition=condition, problem=end.problem)


def _people_end(history: History, hop: Hop, now: datetime) -> HopEnd | None:
    """People have answered, or it is too late, or somebody changed what the question was about."""
    outcome = hop.outcomes.get(hop.decision.plan.steps[0].id)
    if outcome is not None:
        return HopEnd(status=status_of([outcome]))
    if is_late(hop, now=now):
        return HopEnd(status="timeout")
    return _resumed(history, hop)


def is_late(hop: Hop, *, now: datetime) -> bool:
    """Whether what the hop waits for doesn't count any more."""
    until = wait_until(hop)
    return until is not None and now >= until


def closing_outcomes(history: History, end: HopEnd) -> list[Outcome]:
    """The outcomes of the steps that have none when the hop ends: cancelled, or an answer that never came."""
    hop = history.last
    if hop is None:
        return []
    if hop.decision.plan.action == "escalate" and not end.cancelled:
        return _unanswered(hop)
    return [cancelled(step) for step in hop.decision.plan.steps if step.id in end.cancelled]


def _unanswered(hop: Hop) -> list[Outcome]:
    """The answer that never came, if it is that, and the reminders that nobody needs any more."""
    question, *reminders = hop.decision.plan.steps
    late = [] if question.id in hop.outcomes else [timed_out(question, latency=question.timeout or Decimal(0))]
    return [*late, *(skipped(step) for step in reminders if step.id not in hop.outcomes)]


def status_of(outcomes: Sequence[Outcome]) -> HopStatus:
    """Cancelled and skipped steps say nothing; the rest is ok, failed, timed out, or in parts.

    Where nobody says anything, a step that a person skipped is no failure.
    """
    said = [outcome.status for outcome in outcomes if outcome.status not in ("cancelled", "skipped")]
    if not said:
        skipped = any(outcome.manual and outcome.status == "skipped" for outcome in outcomes)
        return "ok" if skipped or not outcomes else "failed"
    if "ok" not in said:
        return "timeout" if set(said) == {"timeout"} else "failed"
    return "ok" if set(said) == {"ok"} else "partial"


def _wait_end(history: History, hop: Hop, now: datetime) -> HopEnd | None:
    plan = hop.decision.plan
    signal = pending_signal(history, awaited_signals(plan))
    if signal is not None:
        return HopEnd(status="signal", signal=signal.number)
    return HopEnd(status="timeout") if is_late(hop, now=now) else _resumed(history, hop)


def _resumed(history: History, hop: Hop) -> HopEnd | None:
    """What a person asks of a run that waits is decided at once."""
    control = interrupting(history)
    return None if control is None else HopEnd(status="resumed", control=control.number, cancelled=hop.missing())


def wait_until(hop: Hop) -> datetime | None:
    """When a wait is over at the latest; null when only its signal ends it."""
    wait = hop.decision.plan.wait
    return None if wait is None else hop.decision.at + timedelta(microseconds=int(wait * 1_000_000))


def pending_signal(history: History, names: Collection[str]) -> Signal | None:
    """The first signal of one of the names that has ended no wait yet: one that came before the wait counts."""
    used = {hop.decision.previous.signal for hop in history.hops}
    return next((s for s in history.signals if s.name in names and s.number not in used), None)


def awaited_signals(plan: Plan) -> tuple[str, ...]:
    """The names of the signals that end a wait."""
    return (plan.signal,) if isinstance(plan.signal, str) else plan.signal or ()
