"""What is kept of a run: frozen records, the same in memory, in the store and on the wire."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from dmnroute.routing.merge import MergeRule

Action: TypeAlias = Literal["dispatch", "wait", "escalate", "complete", "fail", "cancel"]
OutcomeStatus: TypeAlias = Literal["ok", "failed", "timeout", "cancelled", "skipped"]
HopStatus: TypeAlias = Literal["start", "ok", "failed", "partial", "timeout", "signal", "resumed"]
RunStatus: TypeAlias = Literal["running", "waiting", "escalated", "stopped", "completed", "failed", "cancelled"]
ControlKind: TypeAlias = Literal[
    "facts", "force", "forbid", "allow", "policy", "result", "skip", "cancel_step", "cancel", "input"
]
LimitName: TypeAlias = Literal["hops", "cost", "tokens", "calls", "time", "no_progress"]
Stage: TypeAlias = Literal[
    "again", "guards_before", "guarded", "backoff", "retry", "guards_after", "asked_again", "undo"
]
"""What a hop does that tables didn't decide, because it follows from what they decided last: do steps once more that
another run did, ask the next guards, send what guards let through, wait before a retry, try failed steps again, ask
guards about what came back, ask people again whose answer didn't fit its form, undo what was done."""
ReuseScope: TypeAlias = Literal["run", "tenant", "global"]
"""Among whose steps an equal one of before is looked for."""

ENDED: frozenset[RunStatus] = frozenset({"completed", "failed", "cancelled"})

CHILD_RUN = "run:"
"""How the type of a child run's step begins; its policy follows."""
PROCESS = "process:"
"""How the type of a step that is a process of its own begins; its id follows."""

PEOPLE = "people"
"""The agent name under which the answer to an escalation is found: `steps.people.output`."""

INVALID_ANSWER = "invalid_answer"
"""The kind of the error of an answer that doesn't fit its form."""


TARGET = re.compile(r"^[^/]+/.+$")
"""What stands behind an agent: `vendor/model`."""
LONGEST_TARGET = 200
"""Characters of a target's name."""


class Record(BaseModel):
    """Frozen; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(Record):
    """What holds whatever a table says. Null: no limit."""

    hops: int = Field(50, ge=1)
    width: int = Field(100, ge=1)
    """Steps of one hop."""
    cost: Decimal | None = Field(None, ge=0)
    """USD, children included."""
    time: Decimal | None = Field(None, gt=0)
    """Seconds from the start of the run."""
    tokens: int | None = Field(None, ge=0)
    """Of models, children included."""
    calls: int | None = Field(None, ge=0)
    """Calls of agents, each attempt by itself, children included."""
    warn: Decimal = Field(Decimal("0.8"), gt=0, le=1)
    """The share of cost, tokens, calls or hops from which tables are warned."""
    unknown_cost: Decimal | None = Field(None, ge=0)
    """USD held back for a step of which nobody knows what it will cost. Null: nothing can be held back."""
    no_progress: int = Field(10, ge=1)
    """How often the same route may be taken for the same facts."""
    depth: int = Field(5, ge=0)
    """How deep child runs may be nested below the run."""


class Guards(Record):
    """Guard agents that every step of a run has to pass, whatever the tables say."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class HopEnd(Record):
    """How a hop ended: what `last.status` says, and what ended it."""

    status: HopStatus
    cancelled: tuple[str, ...] = ()
    """Steps that were still running when enough had come in."""
    signal: int | None = None
    """The number of the signal that ended a wait; a signal ends one wait only."""
    control: int | None = None
    """The number of the control that ended a wait."""
    condition: bool | None = None
    """Whether the condition of the join was true in the end; null without one."""
    problem: str | None = None
    """Why that condition couldn't be evaluated."""


class Origin(Record):
    """Where a fork begins: after the first hops of another run, which stay that run's."""

    run: str
    hops: int = Field(ge=0)
    """How many hops of the other run the fork begins with."""
    end: HopEnd
    """How the last of them ended."""
    again: tuple[str, ...] = ()
    """Steps of the last of them that are done once more, while the outcomes of its others count; none: the tables are
    asked."""


class Run(Record):
    """A run as it was started; nothing of it changes afterwards."""

    id: str
    policy: str
    tenant: str = "default"
    started: datetime
    input: dict[str, Any] = {}
    tags: dict[str, str] = {}
    limits: Limits = Limits()
    seed: int = 0
    merge: dict[str, MergeRule] = {}
    """How facts merge, kept with the run so that it can be replayed without the agents' code."""
    guards: Guards = Guards()
    parent: str | None = None
    """The step of another run whose child this is."""
    process_instance: str | None = None
    """The key of the process instance that a run on Zeebe is bound to."""
    origin: Origin | None = None
    """Where it was forked from another run."""

    @property
    def inherited(self) -> int:
        """How many hops it began with."""
        return self.origin.hops if self.origin else 0


class StepError(Record):
    """Why a step has no output."""

    kind: str
    message: str
    retryable: bool = False
    retry_after: Decimal | None = Field(None, ge=0)
    """Seconds after which the same call may go well, where somebody said so (`Retry-After`)."""


class Estimate(Record):
    """What a call of an agent uses on average, by what was recorded. Null: nothing was."""

    cost: Decimal | None = None
    """USD."""
    tokens: int | None = None


class PlannedStep(Record):
    """A step as it is sent to an agent: the variable `step` of the job."""

    id: str
    """`<run>/<hop>.<index>`; hops and indexes count from 1, as `last.outcomes[1]` does."""
    run: str
    tenant: str = "default"
    agent: str
    """The name under which its outcome is found in `steps`: the agent's, or the `as` of a child."""
    type: str
    """The job type: `agent.<name>`, `run:<policy>`, `process:<id>` or `people`."""
    process: str | None = None
    input: dict[str, Any] = {}
    attempt: int = 1
    retries: int = 0
    backoff: Decimal | None = None
    """Seconds before the first retry, doubled each time; null is the usual half second."""
    timeout: Decimal | None = None
    """Seconds from dispatch, the time in the queue included; null (never) for people only."""
    deadline: datetime | None = None
    max_cost: Decimal | None = None
    max_output: int = 65_536
    """Bytes of output that travel inline."""
    max_tokens: int | None = None
    """What it may use of models; null when there is no limit."""
    max_calls: int | None = None
    """Calls of agents that a child run may make; null when there is no limit."""
    reserve: Decimal | None = Decimal(0)
    """Estimated cost in USD, held back from the budgets while the step runs; null when nobody knows."""
    reserve_tokens: int | None = None
    """Estimated tokens, where a budget counts them."""
    priority: int = 0
    reuse: bool | ReuseScope = False
    """Whether an equal step of before may stand in for it; true looks among those of the tenant."""
    reuse_for: Decimal | None = None
    """Seconds after which an outcome isn't reused any more; null: never too old."""
    version: str = ""
    """The agent's version at dispatch."""
    delay: Decimal | None = None
    """Seconds from the decision until it is sent, if its question is still open then: it is a reminder."""
    compensate: str | None = None
    """The agent that undoes what this step has done."""
    undoes: str | None = None
    """The id of the step that this one undoes."""
    before: tuple[str, ...] = ()
    """Guards that see the input before the agent does, one after the other."""
    after: tuple[str, ...] = ()
    """Guards that see the output before tables do."""
    slot: int | None = None
    """Of a step that guards another one, or tries it again: the index of that one, from 1."""
    """Of a step that guards another one: the index of that one, from 1."""
    done: str | None = None
    """The step of an earlier hop that stands in for it: it was done before the run was forked."""
    refused: StepError | None = None
    """Why nobody is sent: a guard didn't let the input through."""
    target: str | None = None
    """What stands behind the agent, as far as it is known before the call: `vendor/model`."""


class Outcome(Record):
    """What came of a step: the variable `outcome` of the job."""

    step: str
    agent: str
    status: OutcomeStatus
    confidence: Decimal | None = Field(None, ge=0, le=1)
    output: dict[str, Any] | None = None
    metrics: dict[str, Decimal] = {}
    error: StepError | None = None
    cost: Decimal | None = Field(Decimal(0), ge=0)
    """USD; null when nobody knows. Sums leave it out, and say how many they left out."""
    tokens: int = Field(0, ge=0)
    calls: int = Field(1, ge=0)
    """Calls that it took, each attempt by itself; of a child run, those of its steps."""
    latency: Decimal = Field(Decimal(0), ge=0)
    attempt: int = 1
    reused: bool = False
    manual: bool = False
    """Whether a person gave it in the agent's place."""
    foreign: bool = False
    """It came from a worker that keeps nothing in the store, and may try nothing again by itself: the router does."""
    proposal: list[dict[str, Any]] = []
    target: str | None = Field(None, pattern=TARGET.pattern, max_length=LONGEST_TARGET)
    """What was called behind the agent, as it reported: `vendor/model`."""


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
    wait: Decimal | None = None
    """Seconds; null waits for the signal alone."""
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
    fingerprint: str = ""
    """Of the route and the facts it was taken for: equal fingerprints are no progress."""

    @property
    def intended(self) -> Plan:
        """The plan that tables made, though its guards are asked first."""
        return self.held or self.plan


class Signal(Record):
    """Something that a person or an event said to a run from outside."""

    run: str
    number: int
    """Counted from 1 in each run, in the order of arrival."""
    name: str
    payload: Any = None
    at: datetime


class Control(Record):
    """Something that a person asked of a run, beside its tables: to be seen, explained and replayed as they did it."""

    run: str
    number: int
    """Counted from 1 in each run, in the order of arrival."""
    kind: ControlKind
    data: dict[str, Any] = {}
    """What the kind needs: an agent, a step, facts."""
    who: str
    why: str | None = None
    at: datetime
    key: str | None = None
    """The same key is the same control."""


class Stop(Record):
    """Why a run stands still until somebody acts: a named error of the policy."""

    code: str
    message: str
    """The whole text: place, excerpt and hint included."""
    policy: str
    version: int | None = None
    hop: int
    at: datetime
    element_instance: str | None = None
    """The key of the `Route` element instance that stands still, on Zeebe: `retry` activates it anew."""


class RunState(Record):
    """A run with where it stands; what lists show."""

    run: Run
    status: RunStatus
    hop: int = 0
    """The number of the latest decision; 0 before the first."""
    cost: Decimal = Decimal(0)
    updated: datetime
    stop: Stop | None = None
    result: Any = None
    owner: str | None = None
    """Who drives the run now, and until when."""
    lease_until: datetime | None = None

    @property
    def is_new(self) -> bool:
        """Whether nothing was decided yet, nobody drives it, and no process instance has it."""
        return self.hop == self.run.inherited and self.owner is None and self.run.process_instance is None
