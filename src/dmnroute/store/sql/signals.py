"""What people and events said to a run from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from dmnroute.routing.records.signal import Signal
from dmnroute.store import changes, rows
from dmnroute.store.schema import signals
from dmnroute.store.sql import events
from dmnroute.store.sql.database import Written
from dmnroute.store.sql.reading import one
from dmnroute.store.sql.runs import hold, touch


def keep(
    connection: Connection, run: str, name: str, payload: Any, *, at: datetime, key: str | None
) -> Written[Signal]:
    """Add a signal with the next number of its run, unless its key is there."""
    hold(connection, run)
    known = _with_key(connection, run, key)
    if known is not None:
        return Written(known)
    number = connection.scalar(select(func.count()).where(signals.c.run == run)) or 0
    signal = Signal(run=run, number=number + 1, name=name, payload=payload, at=at)
    row = rows.signal_row(signal, key=key)
    connection.execute(insert(signals), row)
    touch(connection, run, at=at)
    told = events.row(changes.signal_received(signal), at=at, run=run)
    return Written(rows.signal_of(rows.plain(row)), [told])


def _with_key(connection: Connection, run: str, key: str | None) -> Signal | None:
    if key is None:
        return None
    row = one(connection, select(signals).where(signals.c.run == run, signals.c.key == key))
    return rows.signal_of(row) if row else None
