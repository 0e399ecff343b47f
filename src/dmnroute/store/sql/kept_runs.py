"""Runs that happened elsewhere."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, update

from dmnroute.routing.history import History, Hop
from dmnroute.routing.records.run import RunState
from dmnroute.store import changes, rows
from dmnroute.store.schema import controls, decisions, runs, signals, steps
from dmnroute.store.sql import events
from dmnroute.store.sql.database import Written
from dmnroute.store.sql.dialect import insert_new
from dmnroute.store.sql.runs import find

_END = update(steps).where(steps.c.id == bindparam("of_step"))


def keep(connection: Connection, state: RunState, history: History) -> Written[bool]:
    """Add a run with all its hops; those that a fork began with stay with the other run."""
    run = history.run
    if run.origin is not None and find(connection, run.origin.run) is None:
        raise changes.unknown_run(run.origin.run)
    values = rows.run_row(run) | rows.state_row(state)
    if not list(connection.scalars(insert_new(connection.dialect, runs).returning(runs.c.id), [values])):
        return Written(False)
    for hop in history.hops[run.inherited :]:
        _keep_hop(connection, hop)
    told = [rows.signal_row(signal, key=None) for signal in history.signals]
    asked = [rows.control_row(control) for control in history.controls]
    if told:
        connection.execute(insert(signals), told)
    if asked:
        connection.execute(insert(controls), asked)
    return Written(True, [events.row(changes.run_imported(state), at=state.updated, run=run.id)])


def _keep_hop(connection: Connection, hop: Hop) -> None:
    """Steps have no digest, by which they would be reused, and no end, by which figures would count them."""
    connection.execute(insert(decisions), rows.decision_row(hop.decision))
    planned = enumerate(hop.decision.plan.steps, 1)
    number = hop.decision.hop
    values = [rows.step_row(step, hop=number, position=place) | {"input_digest": ""} for place, step in planned]
    if values:
        connection.execute(insert(steps), values)
    for outcome in hop.outcomes.values():
        ended = rows.outcome_row(outcome, at=hop.decision.at) | {"ended": None}
        connection.execute(_END, ended | {"of_step": outcome.step})
