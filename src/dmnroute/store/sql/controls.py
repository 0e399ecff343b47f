"""What people asked of runs."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, func, insert, select

from dmnroute.routing.records.control import Control
from dmnroute.store import changes, rows
from dmnroute.store.schema import controls
from dmnroute.store.sql import events
from dmnroute.store.sql.database import Written
from dmnroute.store.sql.reading import one
from dmnroute.store.sql.runs import hold, touch


def keep(connection: Connection, run: str, key: str | None, given: Callable[[int], Control]) -> Written[Control]:
    """Add a control with the next number of its run, unless its key is there."""
    hold(connection, run)
    known = _with_key(connection, run, key)
    if known is not None:
        return Written(known)
    number = connection.scalar(select(func.count()).where(controls.c.run == run)) or 0
    control = given(number + 1)
    row = rows.control_row(control)
    connection.execute(insert(controls), row)
    touch(connection, run, at=control.at)
    told = events.row(changes.control_received(control), at=control.at, run=run)
    return Written(rows.control_of(rows.plain(row)), [told])


def _with_key(connection: Connection, run: str, key: str | None) -> Control | None:
    if key is None:
        return None
    row = one(connection, select(controls).where(controls.c.run == run, controls.c.key == key))
    return rows.control_of(row) if row else None
