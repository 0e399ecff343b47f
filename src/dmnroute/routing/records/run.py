"""A run as it was started, and where it stands."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from pydantic import Field

from dmnroute.routing.merge import MergeRule
from dmnroute.routing.records.base import Record
from dmnroute.routing.records.hop import HopEnd

RunStatus: TypeAlias = Literal["running", "waiting", "escalated", "stopped", "completed", "failed", "cancelled"]
ENDED: frozenset[RunStatus] = frozenset({"completed", "failed", "cancelled"})
EDITION = 2
"""Of the rules by which new runs are planned. Runs keep theirs for ever: 2 gives the steps of a fan-out their branch
and child runs their coverage, and never rounds parts of a budget up."""


class Limits(Record):
    """What holds whatever a table says. Null: no limit."""

    hops: int = Field(50, ge=1)
    width: int = Field(100, ge=1)
    """Steps of one hop."""
    cost: Decimal | None = Field(None, ge=0)
    """USD, children included."""
    time: Decimal | None = Field(None, gt=0)
    """Seconds from the start of the run."""
    slo: Decimal | None = Field(None, ge=0)
    """Seconds from the start that the run should take at most. Nothing ends then, unless tables say so."""
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
    edition: int = 1
    """Of the rules that its hops are planned by."""
    pins: bool = False
    """Whether the version that decides its first hop decides all; else each hop follows what is active then."""

    @property
    def inherited(self) -> int:
        """How many hops it began with."""
        return self.origin.hops if self.origin else 0


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
    held: str | None = None
    """The key of the pause that it was held by when somebody looked last: `tenant:acme`."""
    released: datetime | None = None
    """When somebody let it go on in spite of its tenant's pause, or of everybody's."""

    @property
    def is_new(self) -> bool:
        """Whether nothing was decided yet, nobody drives it, and no process instance has it."""
        return self.hop == self.run.inherited and self.owner is None and self.run.process_instance is None
