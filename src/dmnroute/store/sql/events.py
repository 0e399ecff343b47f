"""What happened, in the order in which it was committed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from dmnroute.routing.ports import Event
from dmnroute.store.changes import Telling
from dmnroute.store.rows import Row
from dmnroute.store.schema import events
from dmnroute.store.sql.reading import many

_ADD = insert(events)


def row(telling: Telling, *, at: datetime, run: str | None = None) -> Row:
    """An event as a row; the database numbers it."""
    kind, data = telling
    return {"at": at, "kind": kind, "run": run, "data": data}


def add(connection: Connection, values: Sequence[Row]) -> None:
    """Add events in this order."""
    if values:
        connection.execute(_ADD, values)


def after(connection: Connection, number: int, *, run: str | None, limit: int) -> list[Event]:
    query = select(events).where(events.c.number > number).order_by(events.c.number).limit(limit)
    if run is not None:
        query = query.where(events.c.run == run)
    return [Event(**row) for row in many(connection, query)]
