"""Pauses: under each key one holds at most."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from dmnroute.routing.pauses import Pause, PauseScope, pause_key
from dmnroute.store.changes import Telling
from dmnroute.store.pauses import pause_of, pause_row, paused, released, resumed, run_of
from dmnroute.store.rows import Row, plain
from dmnroute.store.schema import pauses, runs
from dmnroute.store.sql import events
from dmnroute.store.sql.database import Written
from dmnroute.store.sql.dialect import insert_new
from dmnroute.store.sql.reading import many, one
from dmnroute.store.sql.runs import hold, touch

_HOLDING = pauses.c.lifted.is_(None)


def listed(connection: Connection, over: Collection[str] | None, since: datetime | None) -> list[Pause]:
    query = select(pauses).order_by(pauses.c.number)
    if over is not None:
        query = query.where(pauses.c.key.in_(over))
    query = query.where(_HOLDING if since is None else or_(_HOLDING, pauses.c.lifted > since))
    return [pause_of(row) for row in many(connection, query)]


def pause(connection: Connection, wanted: Pause) -> Written[Pause]:
    """Keep a pause, unless one holds under its key: of two that come at the same time the index takes one."""
    known = _holding(connection, wanted.key)
    if known is not None:
        return Written(known)
    row = pause_row(wanted)
    del row["number"]
    new = connection.scalar(insert_new(connection.dialect, pauses).returning(pauses.c.number), row)
    kept = _holding(connection, wanted.key)
    assert kept is not None
    return Written(kept, [_event(paused(kept), kept, at=kept.since)] if new else [])


def resume(
    connection: Connection, scope: PauseScope, name: str, *, who: str, why: str | None, at: datetime
) -> Written[Pause | None]:
    known = _holding(connection, pause_key(scope, name))
    if known is None:
        return Written(None)
    lifted = {"lifted": at, "lifted_by": who, "lifted_why": why}
    changed = connection.execute(update(pauses).where(pauses.c.number == known.number, _HOLDING), lifted)
    if not changed.rowcount:
        return Written(None)
    kept = known.model_copy(update=plain(lifted))
    return Written(kept, [_event(resumed(kept), kept, at=at)])


def let_go(connection: Connection, run: str, *, who: str, why: str | None, at: datetime) -> Written[None]:
    hold(connection, run)
    connection.execute(update(runs).where(runs.c.id == run), {"released": at})
    touch(connection, run, at=at)
    return Written(None, [events.row(released(who, why), at=at, run=run)])


def _holding(connection: Connection, key: str) -> Pause | None:
    row = one(connection, select(pauses).where(pauses.c.key == key, _HOLDING))
    return pause_of(row) if row else None


def _event(telling: Telling, pause: Pause, *, at: datetime) -> Row:
    return events.row(telling, at=at, run=run_of(pause))
