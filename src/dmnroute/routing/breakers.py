"""Circuit breakers: closed, open, half-open, closed again.

A breaker stands before an agent, or before a target behind agents (`vendor/model`). Everything here is a function of
what was kept, what happened, and the time it happened at: stores carry it out, one change after the other.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from dmnroute.routing.breaker_rules import BreakerRule
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.records.base import Record
from dmnroute.routing.records.step import Outcome

BreakerState: TypeAlias = Literal["closed", "open", "half-open"]
Call: TypeAlias = Literal["ok", "error"]

BREAKER_OPEN = "breaker_open"
"""The kind of error of a step that a breaker kept away."""

SILENT = frozenset({BREAKER_OPEN, "schema_input", "budget", "cancelled"})
"""Kinds of errors that tell nothing of an agent: it wasn't called."""

_PARTS = 10
"""A window is counted in so many parts, each of which falls out of it as a whole."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Tally(Record):
    """The calls in a part of a window."""

    start: datetime
    calls: int
    errors: int


class Probe(Record):
    """A step that tries whether all is well again."""

    step: str
    until: datetime
    """Its deadline: a probe that says nothing until then has vanished, and another step may try."""


class Breaker(Record):
    """A breaker as it is kept: the same for all processes."""

    name: str
    """Of an agent, or of a target: `vendor/model`."""
    rule: BreakerRule | None = None
    """By the settings of the router that looked last; without one nothing is counted."""
    state: BreakerState = "closed"
    since: datetime | None = None
    """When it last changed; null before it ever did."""
    until: datetime | None = None
    """When an open one lets probes through; null for one that only a person closes."""
    tallies: tuple[Tally, ...] = ()
    probes: tuple[Probe, ...] = ()
    passed: int = 0
    """Probes that went well since it is half-open."""
    who: str | None = None
    """Who switched it by hand; null when its calls did."""
    why: str | None = None
    """Why it is as it is: what a person said, or what its calls came to."""
    callers: tuple[str, ...] = ()
    """The agents that have called a target."""


def state_at(breaker: Breaker, now: datetime) -> BreakerState:
    """The state at a moment: an open one whose time is over is half-open, whether or not somebody has tried."""
    if breaker.state != "open" or breaker.until is None or now < breaker.until:
        return breaker.state
    # Nothing counts probes without a rule: what a person opened for a time is closed again.
    return "half-open" if breaker.rule else "closed"


def open_probes(breaker: Breaker, now: datetime) -> tuple[Probe, ...]:
    """The probes under way."""
    return tuple(probe for probe in breaker.probes if now < probe.until)


def has_room(breaker: Breaker, now: datetime) -> bool:
    """Whether a half-open breaker lets one more step try."""
    return len(open_probes(breaker, now)) < _rule(breaker).probes


def wait_of(breaker: Breaker, now: datetime) -> Decimal | None:
    """Seconds until the next probe may go, as far as that is known; null when only a person closes the breaker."""
    if state_at(breaker, now) == "open":
        return None if breaker.until is None else seconds_between(now, breaker.until)
    probes = open_probes(breaker, now)
    return seconds_between(now, min(probe.until for probe in probes)) if probes else Decimal(0)


def call_of(outcome: Outcome, rule: BreakerRule) -> Call | None:
    """What an outcome says of those who were called; null when nobody was, or nobody had time to answer."""
    if outcome.reused or outcome.manual or outcome.cut or outcome.status in ("cancelled", "skipped"):
        return None
    kind = outcome.error.kind if outcome.error else outcome.status
    if kind in SILENT:
        return None
    return "error" if outcome.status != "ok" and kind in rule.kinds else "ok"


def with_rule(breaker: Breaker, rule: BreakerRule | None, *, at: datetime) -> Breaker:
    """The breaker under another rule; without one it is closed, unless a person opened it."""
    changed = breaker.model_copy(update={"rule": rule})
    if rule is None and breaker.state != "closed" and breaker.who is None:
        return _changed(changed, "closed", at, why="no rule watches it any more")
    return changed


def with_call(breaker: Breaker, outcome: Outcome, *, agent: str, at: datetime) -> Breaker:
    """The breaker after the outcome of a step: counted, opened, or closed by it; a probe is given back."""
    is_probe = any(probe.step == outcome.step for probe in open_probes(breaker, at))
    probes = tuple(probe for probe in breaker.probes if probe.step != outcome.step)
    breaker = breaker.model_copy(update={"probes": probes})
    call = None if breaker.rule is None else call_of(outcome, breaker.rule)
    if call is None:
        return breaker
    if breaker.name != agent and agent not in breaker.callers:
        breaker = breaker.model_copy(update={"callers": tuple(sorted((*breaker.callers, agent)))})
    if breaker.state == "closed":
        return _counted(breaker, call, at)
    # Calls that began before it opened say nothing new; only probes tell whether all is well again.
    return _probed(breaker, call, at) if is_probe and state_at(breaker, at) == "half-open" else breaker


def with_probe(breaker: Breaker, probe: Probe, *, at: datetime) -> Breaker | None:
    """The breaker with one more probe; null when it lets none through now."""
    if state_at(breaker, at) != "half-open" or not has_room(breaker, at):
        return None
    half_open = breaker if breaker.state == "half-open" else _changed(breaker, "half-open", at)
    return half_open.model_copy(update={"probes": (*open_probes(breaker, at), probe)})


def opened_by_hand(breaker: Breaker, *, who: str, why: str | None, at: datetime, until: datetime | None) -> Breaker:
    """Open until a time, or until a person closes it."""
    return _changed(breaker, "open", at, until=until, who=who, why=why)


def closed_by_hand(breaker: Breaker, *, who: str, why: str | None, at: datetime) -> Breaker:
    """Closed, with nothing counted."""
    return _changed(breaker, "closed", at, who=who, why=why)


def change_told(before: Breaker, after: Breaker) -> dict[str, Any] | None:
    """What the event of a change says; null when the state is as it was."""
    if (before.state, before.since) == (after.state, after.since):
        return None
    until = after.until.isoformat() if after.until else None
    return {"breaker": after.name, "was": before.state, "until": until, "who": after.who, "why": after.why}


def _counted(breaker: Breaker, call: Call, at: datetime) -> Breaker:
    rule = _rule(breaker)
    tallies = _with_tally(breaker.tallies, call, at, rule)
    calls, errors = sum(tally.calls for tally in tallies), sum(tally.errors for tally in tallies)
    by_number = rule.errors is not None and errors >= rule.errors
    by_share = rule.limit is not None and calls >= rule.calls and errors >= rule.limit * calls
    if call == "error" and (by_number or by_share):
        why = f"{errors} of {calls} calls failed within {rule.window.normalize():f} s"
        return _changed(breaker, "open", at, until=at + _delta(rule.open), why=why)
    return breaker.model_copy(update={"tallies": tallies})


def _probed(breaker: Breaker, call: Call, at: datetime) -> Breaker:
    rule = _rule(breaker)
    if call == "error":
        return _changed(breaker, "open", at, until=at + _delta(rule.open), why="a probe failed")
    passed = breaker.passed + 1
    if passed >= rule.passes:
        return _changed(breaker, "closed", at, why="a probe went well" if passed == 1 else f"{passed} probes went well")
    return breaker.model_copy(update={"passed": passed})


def _changed(
    breaker: Breaker,
    state: BreakerState,
    at: datetime,
    *,
    until: datetime | None = None,
    who: str | None = None,
    why: str | None = None,
) -> Breaker:
    """Another state, with nothing counted yet. Probes stay: they are under way, whatever became of the breaker."""
    news = {"state": state, "since": at, "until": until, "who": who, "why": why}
    return breaker.model_copy(update={**news, "tallies": (), "passed": 0})


def _with_tally(tallies: tuple[Tally, ...], call: Call, at: datetime, rule: BreakerRule) -> tuple[Tally, ...]:
    part = _delta(rule.window) / _PARTS
    start = at - (at - _EPOCH) % part
    kept = {tally.start: tally for tally in tallies if tally.start > at - _delta(rule.window)}
    old = kept.get(start, Tally(start=start, calls=0, errors=0))
    kept[start] = Tally(start=start, calls=old.calls + 1, errors=old.errors + (call == "error"))
    return tuple(kept[each] for each in sorted(kept))


def _rule(breaker: Breaker) -> BreakerRule:
    """What is counted or half-open has one."""
    assert breaker.rule is not None
    return breaker.rule


def _delta(seconds: Decimal) -> timedelta:
    return timedelta(microseconds=int(seconds * 1_000_000))
