"""Where runs are kept, with what happened in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from dmnroute.routing.breaker_gate import BreakerWrite
from dmnroute.routing.budgets import Refusal, Wanted
from dmnroute.routing.history import History
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.run import Run, RunState, RunStatus, Stop
from dmnroute.routing.records.shadow import ShadowHop
from dmnroute.routing.records.step import Outcome


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
    held: str | None = None
    """The key of the pause that keeps the run from going on; none: nothing does."""
    shadow: ShadowHop | None = None
    """What a shadow version made of the hop; it changes nothing of the run."""


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


class RunStore(Protocol):
    """Runs, what happened in them, and who drives them."""

    async def create(self, runs: Sequence[Run]) -> int:
        """Add runs, and say how many are new; one whose id is there already is left as it is."""
        ...

    async def fork(self, run: Run) -> bool:
        """Add a run that begins with hops of another one, as `origin` says; false when its id is there already.

        It also begins with the signals and controls that were seen up to there. Raises OperatorError `unknown_run`,
        UsageError `no_fork`.
        """
        ...

    async def keep(self, state: RunState, history: History) -> bool:
        """Add a run that happened elsewhere, with everything that happened in it; false when its id is there already.

        It counts for nothing here: for no budget, breaker or figure of an agent, and its steps are never reused.
        Raises OperatorError `unknown_run` when it is a fork, and the run that it was forked from isn't there.
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
        held: bool = False,
        limit: int | None = None,
    ) -> list[RunState]:
        """Runs, the latest started first (equal times: by id); `held`: only those that a pause held last."""
        ...

    async def history(self, run: str) -> History | None:
        """Everything that happened in a run."""
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
