"""What was decided at a hop, and how the hop ended."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from dmnroute.routing.collect_rules import Collect
from dmnroute.routing.records.base import Record
from dmnroute.routing.records.step import Cut, Estimate, PlannedStep

Action: TypeAlias = Literal["dispatch", "wait", "escalate", "complete", "fail", "cancel"]
HopStatus: TypeAlias = Literal["start", "ok", "failed", "partial", "timeout", "signal", "resumed"]
OnInput: TypeAlias = Literal["reject", "queue", "interrupt", "restart"]
"""What becomes of input that arrives while a hop goes on: it isn't taken; it waits for the next decision; it ends the
hop; the run begins anew with it."""
LimitName: TypeAlias = Literal["hops", "cost", "tokens", "calls", "time", "no_progress"]
Stage: TypeAlias = Literal[
    "again", "guards_before", "guarded", "backoff", "retry", "guards_after", "asked_again", "undo"
]
"""What a hop does that tables didn't decide, because it follows from what they decided last: do steps once more that
another run did, ask the next guards, send what guards let through, wait before a retry, try failed steps again, ask
guards about what came back, ask people again whose answer didn't fit its form, undo what was done."""


class HopEnd(Record):
    """How a hop ended: what `last.status` says, and what ended it."""

    status: HopStatus
    cancelled: tuple[str, ...] = ()
    """Steps that were still running when enough had come in."""
    signal: int | None = None
    """The number of the signal that ended a wait; a signal ends one wait only."""
    control: int | None = None
    """The number of the control that ended it."""
    condition: bool | None = None
    """Whether the condition of the join was true in the end; null without one."""
    problem: str | None = None
    """Why that condition couldn't be evaluated."""


class JoinCondition(Record):
    """A FEEL condition over the outcomes so far; true ends the hop."""

    text: str
    dialect: Literal["dmn", "camunda"] = "camunda"
    """That of the policy."""


class Plan(Record):
    """What the tables want next."""

    action: Action
    steps: tuple[PlannedStep, ...] = ()
    join: int | None = None
    """So many ok outcomes end the hop; null: all steps have to end."""
    condition: JoinCondition | None = None
    """What ends the hop instead of a number."""
    tolerate: int | None = None
    """The hop ends as soon as more steps than that have failed; null: whatever fails, it goes on."""
    collect: Collect | None = None
    """How the outputs of the steps become one fact each: one rule for all fields, or one for each of some."""
    wait: Decimal | None = None
    """Seconds; null waits for the signal alone."""
    hop_timeout: Decimal | None = None
    """Seconds from dispatch that its steps have together; null: each has its own timeout."""
    until_slo: bool = False
    """Whether the breach of the run's SLO, which lies ahead, ends the hop."""
    cut: Cut | None = None
    """What made the wait shorter than it would be by itself."""
    signal: str | tuple[str, ...] | None = None
    """The name of the signal that ends the wait, or several: whichever comes first."""
    group: str | tuple[str, ...] | None = None
    assignee: str | tuple[str, ...] | None = None
    due: str | None = None
    """When people should have answered, as they are told (ISO 8601 text); nothing ends then."""
    form: str | None = None
    """The name of the form that an answer has to fit."""
    refused: str | None = None
    """What was wrong with the answer before, when the same question is asked again."""
    result: Any = None
    reason: str | None = None
    on_input: OnInput | None = None
    """What becomes of input that arrives meanwhile; null is `queue`."""
    compensate: bool = False
    """Whether what the run has done is undone before it fails."""


class RuleHit(Record):
    """A rule that matched, in any decision that the route required."""

    decision: str
    rule: int
    """Counted from 1."""
    id: str = ""
    annotation: str = ""


class DecisionRecord(Record):
    """One decision, with everything that its context held beyond the run's recorded events: enough to replay it."""

    run: str
    hop: int
    at: datetime
    seed: int
    policy: str
    version: int
    digest: str
    previous: HopEnd
    signals_seen: int = 0
    """Signals up to this number were visible."""
    controls_seen: int = 0
    """Controls up to this number were in force."""
    estimates: dict[str, Estimate] = {}
    """What agents that declare no cost were expected to use, where a budget counts it."""
    standing: dict[str, Any] = {}
    """Of the budgets of the run's tenant at that moment, when the policy reads them."""
    figures: dict[str, Any] = {}
    """The figures of the agents at that moment, when the policy reads them."""
    rules: tuple[RuleHit, ...] = ()
    plan: Plan
    stage: Stage | None = None
    """Null: the tables decided. Else what this hop does for what they decided last."""
    held: Plan | None = None
    """What the tables decided, while guards are asked about it, or what was done is undone."""
    settled: tuple[str, ...] = ()
    """Steps that nobody is sent: their outcomes came with the decision (a result was reused, say)."""
    probes: tuple[str, ...] = ()
    """Steps that try whether a breaker may close again."""
    limit: LimitName | None = None
    """The hard limit that overrode the tables."""
    forced: int | None = None
    """The number of the control that named the agent in place of the tables."""
    element_instance: str | None = None
    """The key of the `Route` element instance that the decision was made for, on Zeebe."""
    stood: Decimal = Decimal(0)
    """Seconds since the run's start for which its time stood still: it was paused."""
    fingerprint: str = ""
    """Of the route and the facts it was taken for: equal fingerprints are no progress."""

    @property
    def intended(self) -> Plan:
        """The plan that tables made, though its guards are asked first."""
        return self.held or self.plan
