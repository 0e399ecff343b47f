"""The store in SQL: each method is one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection

from dmnroute.routing.amounts import Amounts
from dmnroute.routing.breakers import Breaker, closed_by_hand, opened_by_hand
from dmnroute.routing.budgets import AccountState, Refusal, Reservation, Wanted
from dmnroute.routing.history import History
from dmnroute.routing.pauses import Pause, PauseScope, PauseTimers
from dmnroute.routing.ports.agents import KnownAgent
from dmnroute.routing.ports.events import Event, EventKind
from dmnroute.routing.ports.policies import StoredPolicy
from dmnroute.routing.ports.recorded import Parts, RecordedRun, Survey, Window
from dmnroute.routing.ports.runs import HopWrite, LockedRun
from dmnroute.routing.ports.shadows import ShadowMove
from dmnroute.routing.ports.steps import AgentActivity
from dmnroute.routing.ports.trials import TrialRun
from dmnroute.routing.records.control import Control, ControlKind
from dmnroute.routing.records.policy_change import PolicyChange
from dmnroute.routing.records.run import Run, RunState, RunStatus
from dmnroute.routing.records.shadow import ShadowHop
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.store import changes
from dmnroute.store.holding import Holding
from dmnroute.store.rows import Row
from dmnroute.store.sql import (
    breakers,
    budgets,
    controls,
    events,
    forks,
    hops,
    kept_runs,
    pauses,
    policies,
    recorded,
    runs,
    shadows,
    signals,
    steps,
    trials,
)
from dmnroute.store.sql.agents import activity, known, see
from dmnroute.store.sql.database import Database, Transaction, Written
from dmnroute.store.sql.runs import create as create_runs
from dmnroute.store.utc import in_utc

T = TypeVar("T")


class SqlStore:
    """Runs in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holding = Holding()

    async def create(self, runs: Sequence[Run]) -> int:
        return await self._write(lambda connection: create_runs(connection, runs))

    async def fork(self, run: Run) -> bool:
        return await self._write(lambda connection: forks.fork(connection, run), run.id)

    async def keep(self, state: RunState, history: History) -> bool:
        return await self._write(lambda connection: kept_runs.keep(connection, state, history), history.run.id)

    async def state(self, run: str) -> RunState | None:
        return await self._database.read(lambda connection: runs.find(connection, run))

    async def states(
        self,
        *,
        statuses: Collection[RunStatus] | None = None,
        policy: str | None = None,
        tags: dict[str, str] | None = None,
        held: bool = False,
        limit: int | None = None,
    ) -> list[RunState]:
        return await self._database.read(
            lambda connection: runs.listed(
                connection, statuses=statuses, policy=policy, tags=tags, held=held, limit=limit
            )
        )

    async def history(self, run: str) -> History | None:
        def read(connection: Connection) -> History | None:
            state = runs.find(connection, run)
            return hops.history(connection, state.run) if state else None

        return await self._database.read_at_once(read)

    async def step(self, step: str) -> tuple[PlannedStep, Outcome | None] | None:
        return await self._database.read(lambda connection: steps.find(connection, step))

    async def bind(self, run: str, process_instance: str) -> RunState:
        return await self._write(lambda connection: runs.bind(connection, run, process_instance), run)

    @asynccontextmanager
    async def locked(self, run: str) -> AsyncIterator[LockedRun]:
        def hold(connection: Connection) -> tuple[RunState, History]:
            state = runs.hold(connection, run)
            return state, hops.history(connection, state.run)

        self._holding.refuse()
        async with self._database.transaction(run) as transaction:
            with self._holding.by_this_task():
                locked = _LockedRun(transaction, *await transaction.run(hold))
                try:
                    yield locked
                    locked.check_reserved()
                finally:
                    locked.left = True

    async def record(self, outcome: Outcome, *, at: datetime) -> bool:
        # Only for taking turns: the database says which run it is.
        run = outcome.step.rpartition("/")[0]
        return await self._write(lambda connection: steps.record(connection, outcome, at=at), run)

    async def spend(
        self, step: str, amounts: Amounts, *, key: str, at: datetime, max_cost: Decimal | None = None
    ) -> Refusal | None:
        run = step.rpartition("/")[0]
        return await self._write(
            lambda connection: budgets.spend(connection, step, amounts, key=key, max_cost=max_cost, at=at), run
        )

    async def reservation(self, step: str) -> Reservation | None:
        return await self._database.read(lambda connection: budgets.find(connection, step))

    async def accounts(self, *, keys: Collection[str] | None = None, at: datetime | None = None) -> list[AccountState]:
        return await self._database.read(lambda connection: budgets.listed(connection, keys, at))

    async def signal(self, run: str, name: str, payload: Any, *, at: datetime, key: str | None = None) -> Signal:
        return await self._write(lambda connection: signals.keep(connection, run, name, payload, at=at, key=key), run)

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
        def given(number: int) -> Control:
            return Control(run=run, number=number, kind=kind, data=data, who=who, why=why, at=at, key=key)

        return await self._write(lambda connection: controls.keep(connection, run, key, given), run)

    async def acquire(
        self, run: str, owner: str, *, now: datetime, until: datetime, gone: Collection[str] = ()
    ) -> bool:
        return await self._write(
            lambda connection: runs.acquire(connection, run, owner, now=now, until=until, gone=gone), run
        )

    async def release(self, run: str, owner: str) -> None:
        await self._write(lambda connection: runs.release(connection, run, owner), run)

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
        query = steps.reusable(agent, version, input_digest, among=runs, tenant=tenant, since=since)
        return await self._database.read(lambda connection: steps.first_outcome(connection, query))

    async def activity(self, agents: Collection[str], *, latest: int, now: datetime) -> dict[str, AgentActivity]:
        return await self._database.read_at_once(
            lambda connection: activity(connection, agents, latest=latest, now=now)
        )

    async def breakers(self, names: Collection[str] | None = None) -> dict[str, Breaker]:
        return await self._database.read(lambda connection: breakers.find(connection, names))

    async def open_breaker(
        self, name: str, *, who: str, why: str | None, at: datetime, until: datetime | None = None
    ) -> Breaker:
        act = partial(opened_by_hand, who=who, why=why, at=in_utc(at), until=in_utc(until) if until else None)
        return await self._write(lambda connection: breakers.switch(connection, name, act, at=at))

    async def close_breaker(self, name: str, *, who: str, why: str | None, at: datetime) -> Breaker:
        act = partial(closed_by_hand, who=who, why=why, at=in_utc(at))
        return await self._write(lambda connection: breakers.switch(connection, name, act, at=at))

    async def pause(
        self, scope: PauseScope, name: str, *, who: str, why: str | None, at: datetime, timers: PauseTimers = "stand"
    ) -> Pause:
        wanted = Pause(number=0, scope=scope, name=name, who=who, why=why, since=at, timers=timers)
        return await self._write(lambda connection: pauses.pause(connection, wanted))

    async def resume(self, scope: PauseScope, name: str, *, who: str, why: str | None, at: datetime) -> Pause | None:
        return await self._write(lambda connection: pauses.resume(connection, scope, name, who=who, why=why, at=at))

    async def pauses(self, *, over: Collection[str] | None = None, since: datetime | None = None) -> list[Pause]:
        return await self._database.read(lambda connection: pauses.listed(connection, over, since))

    async def let_go(self, run: str, *, who: str, why: str | None, at: datetime) -> None:
        await self._write(lambda connection: pauses.let_go(connection, run, who=who, why=why, at=at), run)

    async def see(self, agents: Sequence[KnownAgent]) -> None:
        await self._write(lambda connection: see(connection, agents))

    async def agents(self) -> list[KnownAgent]:
        return await self._database.read(known)

    async def keep_policy(
        self, name: str, file: str, text: bytes, *, at: datetime, changes: Sequence[str] | None = None
    ) -> StoredPolicy:
        return await self._write(lambda connection: policies.keep(connection, name, file, text, at=at, what=changes))

    async def policy(self, name: str, version: int | None = None) -> StoredPolicy | None:
        return await self._database.read(lambda connection: policies.find(connection, name, version))

    async def add_version(self, name: str, file: str, text: bytes, *, at: datetime) -> StoredPolicy:
        return await self._write(lambda connection: policies.add(connection, name, file, text, at=at))

    async def change_policy(self, change: PolicyChange) -> bool:
        return await self._write(lambda connection: policies.change(connection, change))

    async def policy_changes(self, name: str, *, after: int = 0) -> list[PolicyChange]:
        return await self._database.read(lambda connection: policies.log(connection, name, after))

    async def published(self) -> list[str]:
        return await self._database.read(policies.published)

    async def shadows(self, run: str) -> list[ShadowHop]:
        return await self._database.read(lambda connection: shadows.of_run(connection, run))

    async def shadow_moves(self, policy: str, version: int, tenant: str, *, since: datetime) -> list[ShadowMove]:
        return await self._database.read_at_once(
            lambda connection: shadows.moves(connection, policy, version, tenant, since)
        )

    async def trial_runs(self, policy: str, *, since: datetime, limit: int) -> list[TrialRun]:
        return await self._database.read(lambda connection: trials.found(connection, policy, since, limit))

    async def tell(self, kind: EventKind, data: dict[str, Any], *, at: datetime, run: str | None = None) -> None:
        await self._write(lambda connection: runs.tell(connection, (kind, data), at=at, run=run), run or "")

    async def events(self, *, after: int = 0, run: str | None = None, limit: int = 1000) -> list[Event]:
        return await self._database.read(lambda connection: events.after(connection, after, run=run, limit=limit))

    async def recorded(
        self, window: Window, parts: Parts, *, after: tuple[datetime, str] | None = None, limit: int
    ) -> list[RecordedRun]:
        return await self._database.read_at_once(
            lambda connection: recorded.found(connection, window, parts, after=after, limit=limit)
        )

    async def survey(self, window: Window) -> Survey:
        return await self._database.read(lambda connection: recorded.survey(connection, window))

    async def close(self) -> None:
        await self._database.close()

    async def _write(self, work: Callable[[Connection], Written[T]], run: str = "") -> T:
        self._holding.refuse()
        return await self._database.write(work, run=run)


class _LockedRun:
    def __init__(self, transaction: Transaction, state: RunState, history: History) -> None:
        self.state = state
        self.history = history
        self.left = False
        self._transaction = transaction
        self._written = False
        self._reserved: list[Row] | None = None

    async def reserve(
        self, wanted: Sequence[Wanted], *, at: datetime, outcomes: Sequence[Outcome] = ()
    ) -> Sequence[Refusal]:
        changes.check_reserve(self.state, reserved=self._reserved is not None, written=self._written, left=self.left)
        run = self.state.run.id
        refusals, tellings = await self._transaction.run(
            lambda connection: budgets.reserve(connection, run, wanted, outcomes)
        )
        self._reserved = [events.row(telling, at=at, run=run) for telling in tellings]
        return refusals

    async def write(self, change: HopWrite) -> None:
        changes.check_once(self.state, written=self._written, left=self.left)
        self._written = True
        told = await self._transaction.run(lambda connection: hops.write(connection, self.state, change))
        self._transaction.tell([*told, *(self._reserved or [])])

    def check_reserved(self) -> None:
        """What was reserved is kept with a write only. Raises UsageError."""
        changes.check_kept(self.state, reserved=self._reserved is not None, written=self._written)
