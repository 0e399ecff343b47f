"""Hops: written whole or not at all, and read as the history of a run."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import BindParameter, Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from dmnroute.routing.history import History, Hop
from dmnroute.routing.ports.runs import HopWrite
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.run import ENDED, Run, RunState
from dmnroute.store import changes, rows
from dmnroute.store.schema import controls, decisions, signals, steps
from dmnroute.store.sql import breakers, budgets, events, runs, shadows
from dmnroute.store.sql.reading import many
from dmnroute.store.sql.steps import end, plan

# Statements of every hop are built once: building takes longer than SQLite takes to answer.
_RUN: BindParameter[str] = bindparam("run")
_DECISIONS = select(decisions).where(decisions.c.run == _RUN).order_by(decisions.c.hop)
_STEPS = select(steps).where(steps.c.run == _RUN).order_by(steps.c.hop, steps.c.position)
_SIGNALS = select(signals).where(signals.c.run == _RUN).order_by(signals.c.number)
_CONTROLS = select(controls).where(controls.c.run == _RUN).order_by(controls.c.number)
_DECIDE = insert(decisions)


def write(connection: Connection, state: RunState, change: HopWrite) -> list[rows.Row]:
    """Write a hop of a run that is held, and give the events that tell of it."""
    changes.check(state, change)
    if change.decision is not None:
        _decide(connection, change.decision)
    if change.shadow is not None:
        shadows.keep(connection, change.shadow)
    run = state.run.id
    recorded = [outcome for outcome in change.outcomes if end(connection, run, outcome, at=change.at)]
    runs.change(connection, changes.after_hop(state, change, recorded))
    tellings = changes.hop_tellings(state, change, recorded)
    ended = change.status in ENDED
    if recorded or ended:
        tellings += budgets.settle(connection, run, recorded, ended=ended)
    counted = breakers.ended_steps(connection, changes.called(change, recorded))
    tellings += breakers.carry(connection, counted, change.breakers, at=change.at)
    return [events.row(telling, at=change.at, run=run) for telling in tellings]


def history(connection: Connection, run: Run) -> History:
    """Everything that happened in a run; a fork's first hops are read from the run that they happened in."""
    own = _own_history(connection, run)
    if run.origin is None:
        return own
    other = runs.find(connection, run.origin.run)
    if other is None:
        raise changes.unknown_run(run.origin.run)
    return changes.begun(run, history(connection, other.run)).went_on(own)


def _own_history(connection: Connection, run: Run) -> History:
    """What happened in the run itself: one query for each table, however many hops there are."""
    queries = (_DECISIONS, _STEPS, _SIGNALS, _CONTROLS)
    decided, planned, told, asked = (many(connection, query, run=run.id) for query in queries)
    by_hop: dict[int, list[rows.Row]] = defaultdict(list)
    for step in planned:
        by_hop[step["hop"]].append(step)
    return History(
        run,
        tuple(_hop(row, by_hop[row["hop"]]) for row in decided),
        tuple(rows.signal_of(row) for row in told),
        tuple(rows.control_of(row) for row in asked),
    )


def _decide(connection: Connection, decision: DecisionRecord) -> None:
    """The primary key (run, hop) is the last guard against a hop that is decided twice."""
    try:
        connection.execute(_DECIDE, rows.decision_row(decision))
    except IntegrityError as error:
        raise changes.hop_decided(decision.run, decision.hop) from error
    plan(connection, decision)


def _hop(decision: rows.Row, planned: list[rows.Row]) -> Hop:
    steps = tuple(rows.step_of(step) for step in planned)
    outcomes = {step["id"]: rows.outcome_of(step) for step in planned if step["status"] is not None}
    return Hop(rows.decision_of(decision, steps), outcomes)
