"""The runs that a canary is judged by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, exists, select

from dmnroute.routing.ports.trials import TrialRun
from dmnroute.routing.records.step import PEOPLE
from dmnroute.store import rows
from dmnroute.store.schema import runs, steps
from dmnroute.store.sql.reading import many
from dmnroute.store.utc import in_utc


def found(connection: Connection, policy: str, since: datetime, limit: int) -> list[TrialRun]:
    """The latest first, by the index over policy and start."""
    asked = exists().where(steps.c.run == runs.c.id, steps.c.type == PEOPLE).label("escalated")
    query = select(runs, asked).where(runs.c.policy == policy, runs.c.started >= in_utc(since))
    return [
        TrialRun(rows.run_of(row), row["status"], row["hop"], row["cost"], row["updated"], bool(row["escalated"]))
        for row in many(connection, query.order_by(runs.c.started.desc()).limit(limit))
    ]
