"""When a hop is over, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dmnroute.routing.history import History, Hop
from dmnroute.routing.records import HopEnd, HopStatus, Outcome, Signal


def hop_end(history: History, *, now: datetime) -> HopEnd | None:
    """How the latest hop ended, or null while it goes on. Before the first hop: `start`."""
    hop = history.last
    if hop is None:
        return HopEnd(status="start")
    match hop.decision.plan.action:
        case "wait":
            return _wait_end(history, hop, now)
        case "dispatch" | "escalate":
            return _steps_end(hop)
        case "complete" | "fail":
            return None


def join_is_met(join: int | None, outcomes: Sequence[Outcome], width: int) -> bool:
    """Whether enough has come in: so many **ok** outcomes, or every step ended."""
    if len(outcomes) == width:
        return True
    return join is not None and sum(outcome.status == "ok" for outcome in outcomes) >= join


def _steps_end(hop: Hop) -> HopEnd | None:
    plan, outcomes = hop.decision.plan, hop.ordered()
    if not join_is_met(plan.join, outcomes, len(plan.steps)):
        return None
    return HopEnd(status=_status(outcomes), cancelled=hop.missing())


def _status(outcomes: Sequence[Outcome]) -> HopStatus:
    """Cancelled and skipped steps say nothing; the rest is ok, failed, timed out, or in parts."""
    said = [outcome.status for outcome in outcomes if outcome.status not in ("cancelled", "skipped")]
    if not said:
        return "failed" if outcomes else "ok"
    if "ok" not in said:
        return "timeout" if set(said) == {"timeout"} else "failed"
    return "ok" if set(said) == {"ok"} else "partial"


def _wait_end(history: History, hop: Hop, now: datetime) -> HopEnd | None:
    plan = hop.decision.plan
    signal = pending_signal(history, plan.signal) if plan.signal else None
    if signal is not None:
        return HopEnd(status="signal", signal=signal.number)
    until = wait_until(hop)
    return HopEnd(status="timeout") if until is not None and now >= until else None


def wait_until(hop: Hop) -> datetime | None:
    """When a wait is over at the latest; null when only its signal ends it."""
    wait = hop.decision.plan.wait
    return None if wait is None else hop.decision.at + timedelta(microseconds=int(wait * 1_000_000))


def pending_signal(history: History, name: str) -> Signal | None:
    """The first signal of that name that has ended no wait yet: one that came before the wait counts."""
    used = {hop.decision.previous.signal for hop in history.hops}
    return next((s for s in history.signals if s.name == name and s.number not in used), None)
