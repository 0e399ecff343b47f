"""Runs, where they stand, and who drives them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from dmnroute.routing.records.run import Run, RunState, RunStatus
from dmnroute.store import changes, rows
from dmnroute.store.schema import runs
from dmnroute.store.sql import events
from dmnroute.store.sql.database import Written
from dmnroute.store.sql.dialect import has_tags, insert_new
from dmnroute.store.sql.reading import many, one

_OF_RUN = runs.c.id == bindparam("of_run")
_FIND = select(runs).where(_OF_RUN)
_HOLD = _FIND.with_for_update()
_CHANGE = update(runs).where(_OF_RUN)


def create(connection: Connection, given: Sequence[Run]) -> Written[int]:
    """Add the runs that aren't there: in the order of their ids, so that two who add the same don't lock each other."""
    by_id: dict[str, Run] = {}
    for run in given:
        by_id.setdefault(run.id, run)
    values = [rows.run_row(run) | rows.state_row(rows.new_state(run)) for _, run in sorted(by_id.items())]
    statement = insert_new(connection.dialect, runs).returning(runs.c.id)
    new = set(connection.scalars(statement, values)) if values else set()
    started = [run for run in by_id.values() if run.id in new]
    return Written(len(new), [events.row(changes.run_started(run), at=run.started, run=run.id) for run in started])


def find(connection: Connection, run: str) -> RunState | None:
    row = one(connection, _FIND, of_run=run)
    return rows.state_of(row) if row else None


def hold(connection: Connection, run: str) -> RunState:
    """Lock a run until the transaction ends; whoever changes anything of a run locks it first."""
    row = one(connection, _HOLD, of_run=run)
    if row is None:
        raise changes.unknown_run(run)
    return rows.state_of(row)


def bind(connection: Connection, run: str, process_instance: str) -> Written[RunState]:
    """Name the process instance that a run belongs to, once."""
    state = hold(connection, run)
    if not changes.can_be_bound(state):
        return Written(state)
    bound = rows.plain({"process_instance": process_instance})
    connection.execute(_CHANGE, bound | {"of_run": run})
    return Written(state.model_copy(update={"run": state.run.model_copy(update=bound)}))


def tell(connection: Connection, telling: changes.Telling, *, at: datetime, run: str | None) -> Written[None]:
    """An event by itself; the run is locked, as for any other, so that the events of a run are numbered in order."""
    if run is not None:
        connection.execute(_HOLD, {"of_run": run})
    return Written(None, [events.row(telling, at=at, run=run)])


def listed(
    connection: Connection,
    *,
    statuses: Collection[RunStatus] | None,
    policy: str | None,
    tags: dict[str, str] | None,
    held: bool,
    limit: int | None,
) -> list[RunState]:
    """The latest started first."""
    query = select(runs).order_by(runs.c.started.desc(), runs.c.id).limit(limit)
    if statuses is not None:
        query = query.where(runs.c.status.in_(statuses))
    if policy is not None:
        query = query.where(runs.c.policy == policy)
    if tags:
        query = query.where(has_tags(connection.dialect, tags))
    if held:
        query = query.where(runs.c.held.is_not(None))
    return [rows.state_of(row) for row in many(connection, query)]


def change(connection: Connection, state: RunState) -> None:
    """Write where a run stands; its lease and its release aren't touched."""
    row = rows.state_row(state) | {"of_run": state.run.id}
    del row["owner"], row["lease_until"], row["released"]
    connection.execute(_CHANGE, row)


def touch(connection: Connection, run: str, *, at: datetime, cost: Decimal | None = None) -> None:
    """Say when a run changed last, and what it has cost by now."""
    values: dict[str, Any] = {"updated": at} if cost is None else {"updated": at, "cost": cost}
    connection.execute(_CHANGE, values | {"of_run": run})


def acquire(
    connection: Connection, run: str, owner: str, *, now: datetime, until: datetime, gone: Collection[str]
) -> Written[bool]:
    """One conditional update: of two who try at the same time, one finds the lease taken."""
    free = or_(runs.c.owner.is_(None), runs.c.owner.in_([owner, *gone]), runs.c.lease_until <= now)
    taken = connection.execute(update(runs).where(runs.c.id == run, free), {"owner": owner, "lease_until": until})
    return Written(taken.rowcount > 0)


def release(connection: Connection, run: str, owner: str) -> Written[None]:
    mine = update(runs).where(runs.c.id == run, runs.c.owner == owner)
    connection.execute(mine, {"owner": None, "lease_until": None})
    return Written(None)
