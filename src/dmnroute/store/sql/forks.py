"""Runs that begin with hops of other runs."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from dmnroute.routing.records.run import Run
from dmnroute.store import changes, rows
from dmnroute.store.schema import controls, runs, signals
from dmnroute.store.sql import events, hops
from dmnroute.store.sql.database import Written
from dmnroute.store.sql.dialect import insert_new
from dmnroute.store.sql.runs import find


def fork(connection: Connection, run: Run) -> Written[bool]:
    """Add a fork with what was said to the other run before; the hops stay where they are."""
    origin = changes.origin_of(run)
    other = find(connection, origin.run)
    if other is None:
        raise changes.unknown_run(origin.run)
    begun = changes.begun(run, hops.history(connection, other.run))
    values = rows.run_row(run) | rows.state_row(changes.forked_state(begun))
    added = connection.scalars(insert_new(connection.dialect, runs).returning(runs.c.id), [values])
    if not list(added):
        return Written(False)
    told = [rows.signal_row(signal, key=None) | {"run": run.id} for signal in begun.signals]
    asked = [rows.control_row(control) | {"run": run.id, "key": None} for control in begun.controls]
    if told:
        connection.execute(insert(signals), told)
    if asked:
        connection.execute(insert(controls), asked)
    return Written(True, [events.row(changes.run_started(run), at=run.started, run=run.id)])
