"""What happened, in the order in which it was committed: whoever has read a number finds no smaller one later.

SQLite has one writer. On PostgreSQL transactions commit side by side, in another order than that in which they got
their numbers. They don't wait for each other: each shares a lock from before its first number until its end. A reader
who finds a gap between two numbers waits once for those who have that lock, and looks again: a gap that is still there
belongs to a transaction that was given up. The events of one run need no such look: they are written by those who
hold the run, one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, text

from dmnroute.routing.ports import Event
from dmnroute.store.changes import Telling
from dmnroute.store.columns import POSTGRESQL, Json
from dmnroute.store.rows import Row
from dmnroute.store.schema import events
from dmnroute.store.sql.reading import many
from dmnroute.store.utc import in_utc

_ADD = insert(events)
_ORDER = int.from_bytes(b"dmnroute")
"""The number of the lock."""
_AWAIT = text(f"SELECT pg_advisory_xact_lock({_ORDER})")
_ADD_SHARING = text(
    f"""
    WITH shared AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({_ORDER}))
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
    if connection.dialect.name != POSTGRESQL or not found or found[-1].number - max(number, 0) == len(found):
        return found
    connection.execute(_AWAIT)
    return _found(connection, query.where(events.c.number <= found[-1].number))


def _found(connection: Connection, query: Select[Any]) -> list[Event]:
    return [Event(**row) for row in many(connection, query)]
