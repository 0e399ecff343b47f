"""How breakers stand, as rows of a table and as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dmnroute.cli.views.figures import count, moment, seconds
from dmnroute.routing.breaker_rules import is_target
from dmnroute.routing.breakers import Breaker, open_probes, state_at, wait_of

HEADERS = ("breaker", "of", "state", "since", "calls", "why")


def breaker_row(breaker: Breaker, now: datetime) -> tuple[str, ...]:
    """One line of the list."""
    return (
        breaker.name,
        "target" if is_target(breaker.name) else "agent",
        _state(breaker, now),
        moment(breaker.since) if breaker.since else "",
        _calls(breaker),
        _why(breaker),
    )


def breaker_line(breaker: Breaker, now: datetime) -> str:
    """What became of a breaker that somebody switched."""
    what = "target" if is_target(breaker.name) else "agent"
    return f"{what} {breaker.name}: {_state(breaker, now)}"


def breaker_document(breaker: Breaker, now: datetime) -> dict[str, Any]:
    """A breaker as it is now, with what it counted and its rule."""
    return {
        "name": breaker.name,
        "of": "target" if is_target(breaker.name) else "agent",
        "state": state_at(breaker, now),
        "since": breaker.since,
        "until": breaker.until,
        "who": breaker.who,
        "why": breaker.why,
        "calls": sum(tally.calls for tally in breaker.tallies),
        "errors": sum(tally.errors for tally in breaker.tallies),
        "probes": [probe.step for probe in open_probes(breaker, now)],
        "callers": breaker.callers,
        "rule": breaker.rule.model_dump() if breaker.rule else None,
    }


def _state(breaker: Breaker, now: datetime) -> str:
    state = state_at(breaker, now)
    if state == "open":
        wait = wait_of(breaker, now)
        then = "a probe" if breaker.rule else "it closes"
        return "open until somebody closes it" if wait is None else f"open, {then} in {seconds(wait)}"
    if state == "half-open":
        under_way = len(open_probes(breaker, now))
        return f"half-open, {count(under_way, 'probe')} under way" if under_way else "half-open"
    return state


def _calls(breaker: Breaker) -> str:
    """What was counted in the window: ``3 of 12 failed``."""
    if breaker.rule is None:
        return "not counted"
    calls, errors = (sum(getattr(tally, what) for tally in breaker.tallies) for what in ("calls", "errors"))
    return f"{errors} of {calls} failed" if calls else ""


def _why(breaker: Breaker) -> str:
    by = f"by {breaker.who}" if breaker.who else ""
    return ": ".join(part for part in (by, breaker.why) if part)
