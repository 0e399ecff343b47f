"""What happened, in the order in which it was committed: whoever has read a number finds no smaller one later.

SQLite has one writer. On PostgreSQL transactions commit side by side, in another order than that in which they got
their numbers. They don't wait for each other: each shares a lock from before its first number until its end. A reader
who finds a gap between two numbers waits for those who have that lock now, and looks again: a gap that is still there
belongs to a transaction that was given up. The events of one run need no such look: they are written by those who
hold the run, one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import count, takewhile
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, text

from dmnroute.routing.ports.events import Event
from dmnroute.store.changes import Telling
from dmnroute.store.columns import POSTGRESQL, Json
from dmnroute.store.rows import Row
from dmnroute.store.schema import events
from dmnroute.store.sql.reading import many
from dmnroute.store.utc import in_utc

_ADD = insert(events)
ORDER = int.from_bytes(b"dmnroute")
"""The number of the lock."""
_WRITING = text(
    f"""
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'advisory' AND classid = {ORDER >> 32} AND objid = {ORDER & 0xFFFFFFFF} AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
)
_LOOKS = 100
_PAUSE = text("SELECT pg_sleep(0.005)")
_ADD_SHARING = text(
    f"""
    WITH shared AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({ORDER}))
    INSERT INTO events (at, kind, run, data)
    SELECT given.at, given.kind, given.run, given.data
    FROM shared, jsonb_to_recordset(:given) AS given (at timestamptz, kind text, run text, data jsonb)
    RETURNING pg_current_xact_id()::text
    """
).bindparams(bindparam("given", type_=Json))
"""The lock and all events in one statement: each more would cost as much as all of this one."""


def row(telling: Telling, *, at: datetime, run: str | None = None) -> Row:
    """An event as a row; the database numbers it."""
    kind, data = telling
    return {"at": at, "kind": kind, "run": run, "data": data}


def add(connection: Connection, values: Sequence[Row]) -> None:
    """Add events in this order."""
    if values:
        connection.execute(_ADD, values)


def add_side_by_side(connection: Connection, values: Sequence[Row]) -> str:
    """Add events on PostgreSQL, and give the id of the transaction."""
    given = [value | {"at": in_utc(value["at"]).isoformat()} for value in values]
    return str(connection.scalar(_ADD_SHARING, {"given": given}))


def after(connection: Connection, number: int, *, run: str | None, limit: int) -> list[Event]:
    query = select(events).where(events.c.number > number).order_by(events.c.number).limit(limit)
    if run is not None:
        return _found(connection, query.where(events.c.run == run))
    found = _found(connection, query)
    complete = len(found) if connection.dialect.name != POSTGRESQL else _without_gap(number, found)
    if complete == len(found):
        return found
    if not _are_done(connection):
        return found[:complete]
    return _found(connection, query.where(events.c.number <= found[-1].number))


def _without_gap(number: int, found: Sequence[Event]) -> int:
    """How many events follow each other from a number on."""
    expected = count(max(number, 0) + 1)
    return sum(1 for _ in takewhile(lambda event: event.number == next(expected), found))


def _are_done(connection: Connection) -> bool:
    """Wait for those who are writing events now. False when one of them stands still: that mustn't stop a reader."""
    writing = set(connection.scalars(_WRITING))
    for _ in range(_LOOKS):
        if not writing:
            return True
        connection.execute(_PAUSE)
        writing &= set(connection.scalars(_WRITING))
    return False


def _found(connection: Connection, query: Select[Any]) -> list[Event]:
    return [Event(**row) for row in many(connection, query)]
