"""A step as it is sent to an agent, and what came of it."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from pydantic import Field

from dmnroute.routing.records.base import Record

OutcomeStatus: TypeAlias = Literal["ok", "failed", "timeout", "cancelled", "skipped"]
ReuseScope: TypeAlias = Literal["run", "tenant", "global"]
"""Among whose steps an equal one of before is looked for."""
Cut: TypeAlias = Literal["hop_timeout", "slo"]
"""What may end a step or a wait before its own time: the time of its hop, or the breach of its run's SLO."""
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
    cut: Cut | None = None
    """What made the timeout shorter than it would be by itself."""
    uncut: Decimal | None = None
    """Seconds that it would have by itself, where something made them fewer."""
    slo: Decimal | None = None
    """Of a child run: seconds from dispatch to the breach of its parent's SLO; 0 where that is past."""
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
    branch: str | None = None
    """The key of its branch in a fan-out: the same over retries, forks and redrives."""
    share: Decimal | None = Field(None, gt=0, le=1)
    """Its part of the budget that was left, as its row says."""
    slot: int | None = None
    """Of a step that guards another one, or tries it again: the index of that one, from 1."""
    redrives: str | None = None
    """Of a child run that is done once more: the step of the child run that it goes on from."""
    done: str | None = None
    """The step of an earlier hop that stands in for it: it was done before the run was forked."""
    refused: StepError | None = None
    """Why nobody is sent: a guard didn't let the input through."""
    target: str | None = None
    """What stands behind the agent, as far as it is known before the call: `vendor/model`."""

    @property
    def child_policy(self) -> str | None:
        """The policy that decides in its child run; null where it is none."""
        return self.type.removeprefix(CHILD_RUN) if self.type.startswith(CHILD_RUN) else None


class Outcome(Record):
    """What came of a step: the variable `outcome` of the job."""

    step: str
    agent: str
    branch: str | None = None
    """The key of its branch in a fan-out."""
    status: OutcomeStatus
    confidence: Decimal | None = Field(None, ge=0, le=1)
    coverage: Decimal | None = Field(None, ge=0, le=1)
    """Of a child run: the share of its branches that ended ok."""
    output: dict[str, Any] | None = None
    metrics: dict[str, Decimal] = {}
    error: StepError | None = None
    cost: Decimal | None = Field(Decimal(0), ge=0)
    """USD; null when nobody knows. Sums leave it out, and say how many they left out."""
    tokens: int = Field(0, ge=0)
    calls: int = Field(1, ge=0)
    """Calls that it took, each attempt by itself; of a child run, those of its steps."""
    latency: Decimal = Field(Decimal(0), ge=0)
    queued: Decimal | None = Field(None, ge=0)
    """Seconds from dispatch until its agent began; null when that was at once, or nobody knows."""
    cut: Cut | None = None
    """What ended it before its own time; null when nothing did."""
    attempt: int = 1
    reused: bool = False
    manual: bool = False
    """Whether a person gave it in the agent's place."""
    foreign: bool = False
    """It came from a worker that keeps nothing in the store, and may try nothing again by itself: the router does."""
    proposal: list[dict[str, Any]] = []
    target: str | None = Field(None, pattern=TARGET.pattern, max_length=LONGEST_TARGET)
    """What was called behind the agent, as it reported: `vendor/model`."""
