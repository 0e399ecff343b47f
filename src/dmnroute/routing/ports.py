"""The contracts by which the pure core meets the world. Stores and policy sources implement them; engines use them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from dmnroute.routing.amounts import Amounts
from dmnroute.routing.breaker_gate import BreakerWrite
from dmnroute.routing.breakers import Breaker
from dmnroute.routing.budgets import AccountState, Refusal, Reservation, Wanted
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.control import Control, ControlKind
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.run import Run, RunState, RunStatus, Stop
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome, PlannedStep


class Clock(Protocol):
    """The time, and waiting for it. Tests give one that they move by hand."""

    def now(self) -> datetime:
        """The current time, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed."""
        ...


EventKind = Literal[
    "run_started",
    "hop_decided",
    "step_ended",
    "signal_received",
    "control_received",
    "run_stopped",
    "run_retried",
    "run_ended",
    "budget_refused",
    "budget_warned",
    "budget_exceeded",
    "policy_changed",
    "policy_refused",
    "breaker_opened",
    "breaker_half_opened",
    "breaker_closed",
]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in the order in which it was committed. Events are only ever added."""

    number: int
    """They grow, and some may be left out: one that is read later is never smaller than one that was read before."""
    at: datetime
    kind: EventKind
    run: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HopWrite:
    """Everything that one hop changes; a store takes it whole or not at all.

    Status, stop and result replace what the run had.
    """

    status: RunStatus
    at: datetime
    outcomes: Sequence[Outcome] = ()
    """Outcomes that arrived with the hop, or that the hop cancelled; one that is there already stays as it is."""
    decision: DecisionRecord | None = None
    stop: Stop | None = None
    """A run without a stop goes on: writing none clears it."""
    result: Any = None
    breakers: BreakerWrite = field(default_factory=BreakerWrite)


class LockedRun(Protocol):
    """A run that nobody else can change now."""

    @property
    def state(self) -> RunState: ...

    @property
    def history(self) -> History: ...

    async def reserve(
        self, wanted: Sequence[Wanted], *, at: datetime, outcomes: Sequence[Outcome] = ()
    ) -> Sequence[Refusal]:
        """Hold back what steps need of their budgets, in this order; a step that doesn't fit is refused.

        Call it at most once, right before `write`: both are kept together, or neither is. `outcomes` are those that
        will be written: what their steps had reserved is free again. Others who need the same budgets wait meanwhile.
        """
        ...

    async def write(self, change: HopWrite) -> None:
        """Record a hop; call it at most once. Leaving the lock with an error writes nothing.

        Raises OperatorError `probe_taken`, here or when the lock is left, if somebody else was faster.
        """
        ...


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A version of a policy as it was loaded."""

    name: str
    version: int
    digest: str
    file: str
    text: bytes
    loaded: datetime


@dataclass(frozen=True, slots=True)
class AgentActivity:
    """How an agent has been doing."""

    outcomes: tuple[Outcome, ...] = ()
    """The latest, the last ended first: ok, failed and timed out ones. Cancelled and skipped ones say nothing."""
    driven: int = 0
    """Its steps without an outcome in runs that an engine drives."""
    waiting: int = 0
    """Its steps without an outcome that wait for an engine."""


@dataclass(frozen=True, slots=True)
class KnownAgent:
    """A version of an agent that some process has loaded."""

    name: str
    version: str
    schemas: dict[str, Any]
    """JSON Schemas, by `input` and `output`."""
    seen: datetime
    """When a process said last that it has it."""


class Store(Protocol):
    """Where runs live. Each method is atomic and can be repeated without changing anything twice."""

    async def create(self, runs: Sequence[Run]) -> int:
        """Add runs, and say how many are new; one whose id is there already is left as it is."""
        ...

    async def fork(self, run: Run) -> bool:
        """Add a run that begins with hops of another one, as `origin` says; false when its id is there already.

        It also begins with the signals and controls that were seen up to there. Raises OperatorError `unknown_run`,
        UsageError `no_fork`.
        """
        ...

    async def state(self, run: str) -> RunState | None:
        """Where a run stands; null when there is none."""
        ...

    async def states(
        self,
        *,
        statuses: Collection[RunStatus] | None = None,
        policy: str | None = None,
        tags: dict[str, str] | None = None,
        limit: int | None = None,
    ) -> list[RunState]:
        """Runs, the latest started first (equal times: by id)."""
        ...

    async def history(self, run: str) -> History | None:
        """Everything that happened in a run."""
        ...

    async def step(self, step: str) -> tuple[PlannedStep, Outcome | None] | None:
        """A step as it was planned, with its outcome if there is one; null when no such step was planned."""
        ...

    async def bind(self, run: str, process_instance: str) -> RunState:
        """Bind a run to a process instance, unless it is bound, owned or decided already; the state afterwards.

        Whoever binds compares: the state names the process instance that the run belongs to, or none when it
        is driven without one. Raises OperatorError `unknown_run`.
        """
        ...

    def locked(self, run: str) -> AbstractAsyncContextManager[LockedRun]:
        """Hold a run alone, across processes, and briefly: others wait. Raises OperatorError `unknown_run`.

        The task that holds it writes by `LockedRun.write` only: any other write raises UsageError `run_held`.
        """
        ...

    async def record(self, outcome: Outcome, *, at: datetime) -> bool:
        """Keep the outcome of a step, and settle its budgets.

        False, and nothing changes, when there is an outcome already, or the step is unknown.
        """
        ...

    async def spend(
        self, step: str, amounts: Amounts, *, key: str, at: datetime, max_cost: Decimal | None = None
    ) -> Refusal | None:
        """Let a step use so much more, unless one of its budgets or its own `max_cost` (USD) doesn't allow it.

        The same key is the same grant. Null, too, for a step that nothing limits: then nothing is counted.
        """
        ...

    async def reservation(self, step: str) -> Reservation | None:
        """What is held back for a step; null when nothing is, or it has ended."""
        ...

    async def accounts(self, *, keys: Collection[str] | None = None, at: datetime | None = None) -> list[AccountState]:
        """The accounts of budgets, by key: those with the keys, or those of periods that a moment belongs to.

        Those of single runs are given by key alone.
        """
        ...

    async def signal(self, run: str, name: str, payload: Any, *, at: datetime, key: str | None = None) -> Signal:
        """Keep a signal; one with the same key is the same signal. Raises OperatorError `unknown_run`."""
        ...

    async def control(
        self,
        run: str,
        kind: ControlKind,
        data: dict[str, Any],
        *,
        who: str,
        at: datetime,
        why: str | None = None,
        key: str | None = None,
    ) -> Control:
        """Keep what somebody asked of a run; one with the same key is the same. Raises OperatorError `unknown_run`."""
        ...

    async def acquire(
        self, run: str, owner: str, *, now: datetime, until: datetime, gone: Collection[str] = ()
    ) -> bool:
        """Take or renew the lease on a run. False while another owner holds it who isn't known to be gone.

        A lease is over at the instant `until`. False, too, when there is no such run.
        """
        ...

    async def release(self, run: str, owner: str) -> None:
        """Give the lease back; nothing happens when somebody else holds it."""
        ...

    async def reusable(
        self,
        agent: str,
        version: str,
        input_digest: str,
        *,
        runs: Collection[str] | None = None,
        tenant: str | None = None,
        since: datetime | None = None,
    ) -> Outcome | None:
        """The latest ok outcome of the same version of an agent for the same input (its canonical digest).

        `agent` is the agent's own name, whatever the step was called in its run. `runs`, `tenant` and `since` (when it
        ended) say which outcomes count; none given: all.
        """
        ...

    async def activity(self, agents: Collection[str], *, latest: int, now: datetime) -> dict[str, AgentActivity]:
        """How each of the agents has been doing: at most so many outcomes, and its open steps."""
        ...

    async def breakers(self, names: Collection[str] | None = None) -> dict[str, Breaker]:
        """The breakers of these names that are kept, or all of them, by name.

        Whatever keeps the outcome of a step has the breakers before it count it, in the same write.
        """
        ...

    async def open_breaker(
        self, name: str, *, who: str, why: str | None, at: datetime, until: datetime | None = None
    ) -> Breaker:
        """Open a breaker by hand, until a time or until somebody closes it."""
        ...

    async def close_breaker(self, name: str, *, who: str, why: str | None, at: datetime) -> Breaker:
        """Close a breaker by hand; its rule may open it again."""
        ...

    async def see(self, agents: Sequence[KnownAgent]) -> None:
        """Keep the agents that a process has loaded; what was known of the same version before is replaced."""
        ...

    async def agents(self) -> list[KnownAgent]:
        """Every version of an agent that was ever seen, by name and version."""
        ...

    async def keep_policy(
        self, name: str, file: str, text: bytes, *, at: datetime, changes: Sequence[str] | None = None
    ) -> StoredPolicy:
        """Keep a version of a policy: the latest one when its text is the same, else a new one, numbered from 1.

        A new one is told by the event `policy_changed`, with its changes where they are known.
        """
        ...

    async def policy(self, name: str, version: int | None = None) -> StoredPolicy | None:
        """A version of a policy; the latest one when none is named."""
        ...

    async def tell(self, kind: EventKind, data: dict[str, Any], *, at: datetime, run: str | None = None) -> None:
        """Add an event that belongs to no other write."""
        ...

    async def events(self, *, after: int = 0, run: str | None = None, limit: int = 1000) -> list[Event]:
        """Events with a greater number than `after`, in order."""
        ...

    async def close(self) -> None:
        """Give back connections and files."""
        ...


class PolicySource(Protocol):
    """Where the active version of a policy comes from."""

    async def active(self, name: str) -> PolicyVersion:
        """The version to decide with now. Raises RouteError `unknown_policy`."""
        ...

    async def version(self, name: str, number: int) -> PolicyVersion:
        """A version that was active once, for replay. Raises OperatorError `unknown_version`."""
        ...
