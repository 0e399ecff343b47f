"""Steps and their outcomes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, insert, select, update

from dmnroute.routing.breaker_gate import BreakerWrite
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.store import changes, rows
from dmnroute.store.schema import reservations, runs, steps
from dmnroute.store.sql import breakers, budgets, events
from dmnroute.store.sql.database import Written
from dmnroute.store.sql.reading import one
from dmnroute.store.sql.runs import touch

_OF_STEP = steps.c.id == bindparam("of_step")
_FIND = select(steps).where(_OF_STEP)
_PLAN = insert(steps)
_END = update(steps).where(_OF_STEP, steps.c.run == bindparam("of_run"), steps.c.status.is_(None))
_RESERVED = exists(select(reservations.c.step).where(reservations.c.step == bindparam("of_step"))).label("reserved")
_HOLD = (
    select(runs.c.id, runs.c.cost, steps.c.type, steps.c.record, breakers.ANY.label("watched"), _RESERVED)
    .join(steps, steps.c.run == runs.c.id)
    .where(_OF_STEP)
    .with_for_update(of=runs)
)


def find(connection: Connection, step: str) -> tuple[PlannedStep, Outcome | None] | None:
    row = one(connection, _FIND, of_step=step)
    if row is None:
        return None
    return rows.step_of(row), None if row["status"] is None else rows.outcome_of(row)


def plan(connection: Connection, decision: DecisionRecord) -> None:
    """Add the steps of a decision."""
    planned = enumerate(decision.plan.steps, 1)
    values = [rows.step_row(step, hop=decision.hop, position=position) for position, step in planned]
    if values:
        connection.execute(_PLAN, values)


def end(connection: Connection, run: str, outcome: Outcome, *, at: datetime) -> bool:
    """Set the outcome of a step of a run; the first one wins."""
    values = rows.outcome_row(outcome, at=at) | {"of_step": outcome.step, "of_run": run}
    return connection.execute(_END, values).rowcount > 0


def record(connection: Connection, outcome: Outcome, *, at: datetime) -> Written[bool]:
    """Keep an outcome that arrives by itself."""
    held = one(connection, _HOLD, of_step=outcome.step)
    if held is None or not end(connection, held["id"], outcome, at=at):
        return Written(False)
    touch(connection, held["id"], at=at, cost=changes.total(held["cost"], [outcome]))
    tellings = [changes.step_ended(outcome)]
    if held["reserved"]:
        tellings += budgets.settle(connection, held["id"], [outcome])
    if held["watched"]:
        tellings += breakers.carry(connection, [breakers.ended(outcome, held)], BreakerWrite(), at=at)
    return Written(True, [events.row(telling, at=at, run=held["id"]) for telling in tellings])


def reusable(
    agent: str,
    version: str,
    input_digest: str,
    *,
    among: Collection[str] | None,
    tenant: str | None,
    since: datetime | None,
) -> Select[Any]:
    """The latest ok outcome for the same input, among those of some runs, of a tenant, or since a time."""
    query = (
        select(steps)
        .where(
            steps.c.type == rows.job_type(agent),
            steps.c.version == version,
            steps.c.input_digest == input_digest,
            steps.c.status == "ok",
        )
        .order_by(steps.c.ended.desc(), steps.c.id.desc())
        .limit(1)
    )
    if among is not None:
        query = query.where(steps.c.run.in_(among))
    if tenant is not None:
        query = query.join(runs, runs.c.id == steps.c.run).where(runs.c.tenant == tenant)
    return query if since is None else query.where(steps.c.ended >= since)


def first_outcome(connection: Connection, query: Select[Any]) -> Outcome | None:
    """The outcome of the first step that a query finds."""
    row = one(connection, query)
    return rows.outcome_of(row) if row else None
