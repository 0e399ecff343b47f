"""What a run waits for: of whom, since when, until when."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from dmnroute.routing.history import History, Hop
from dmnroute.routing.people import assignees_of, groups_of
from dmnroute.routing.progress import awaited_signals, hop_end, wait_until
from dmnroute.routing.records.base import Record


class Awaited(Record):
    """What would let a run go on."""

    run: str
    policy: str
    kind: Literal["people", "signal", "time"]
    since: datetime
    until: datetime | None
    """When it goes on in any case; null: never by itself."""
    signals: tuple[str, ...] = ()
    """Any of them ends the wait."""
    question: str | None = None
    """The step that people answer."""
    groups: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    due: str | None = None
    form: str | None = None
    reason: str | None = None
    shown: dict[str, Any] = Field(default_factory=dict)
    """What people are shown."""
    refused: str | None = None
    """What was wrong with the answer before."""
    reminders: int = 0
    """How often people were reminded of the question."""


def awaited(history: History, *, now: datetime) -> Awaited | None:
    """What a run waits for; null when it works, has ended, or is about to go on."""
    hop = history.last
    if hop is None or hop_end(history, now=now) is not None:
        return None
    match hop.decision.plan.action:
        case "wait":
            return _wait(history, hop)
        case "escalate":
            return _question(history, hop)
    return None


def _wait(history: History, hop: Hop) -> Awaited:
    signals = awaited_signals(hop.decision.plan)
    return Awaited(
        run=history.run.id,
        policy=history.run.policy,
        kind="signal" if signals else "time",
        since=hop.decision.at,
        until=wait_until(hop),
        signals=signals,
        reason=hop.decision.plan.reason,
    )


def _question(history: History, hop: Hop) -> Awaited:
    plan = hop.decision.plan
    return Awaited(
        run=history.run.id,
        policy=history.run.policy,
        kind="people",
        since=hop.decision.at,
        until=wait_until(hop),
        question=plan.steps[0].id,
        groups=groups_of(plan),
        assignees=assignees_of(plan),
        due=plan.due,
        form=plan.form,
        reason=plan.reason,
        shown=plan.steps[0].input,
        refused=plan.refused,
        reminders=sum(step.id in hop.outcomes for step in plan.steps[1:]),
    )
