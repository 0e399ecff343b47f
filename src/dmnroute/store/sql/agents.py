"""What agents are known, and how they have been doing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, or_, select, update

from dmnroute.routing.ports.agents import KnownAgent
from dmnroute.routing.ports.steps import AgentActivity
from dmnroute.store import rows
from dmnroute.store.schema import agents, runs, steps
from dmnroute.store.sql.database import Written
from dmnroute.store.sql.dialect import insert_new
from dmnroute.store.sql.reading import many


def activity(connection: Connection, names: Collection[str], *, latest: int, now: datetime) -> dict[str, AgentActivity]:
    """Two queries for each agent, both by index."""
    return {name: _activity(connection, rows.job_type(name), latest=latest, now=now) for name in names}


def _activity(connection: Connection, job_type: str, *, latest: int, now: datetime) -> AgentActivity:
    ended = (
        select(steps)
        .where(steps.c.type == job_type, steps.c.status.in_(rows.TELLING), steps.c.ended.is_not(None))
        .order_by(steps.c.ended.desc(), steps.c.id.desc())
        .limit(latest)
    )
    is_driven = or_(runs.c.process_instance.is_not(None), and_(runs.c.owner.is_not(None), runs.c.lease_until > now))
    open_steps = (
        select(func.count().label("all"), func.coalesce(func.sum(case((is_driven, 1), else_=0)), 0).label("driven"))
        .select_from(steps.join(runs, steps.c.run == runs.c.id))
        .where(steps.c.type == job_type, steps.c.status.is_(None), runs.c.status == "running")
    )
    (counted,) = many(connection, open_steps)
    outcomes = tuple(rows.outcome_of(row) for row in many(connection, ended))
    return AgentActivity(outcomes, int(counted["driven"]), int(counted["all"]) - int(counted["driven"]))


def see(connection: Connection, given: Sequence[KnownAgent]) -> Written[None]:
    """Each by itself, in the order of names, so that two who see the same don't lock each other."""
    for agent in sorted(given, key=lambda agent: (agent.name, agent.version)):
        row = rows.agent_row(agent)
        same = update(agents).where(agents.c.name == agent.name, agents.c.version == agent.version)
        if connection.execute(same, {"schemas": row["schemas"], "seen": row["seen"]}).rowcount == 0:
            connection.execute(insert_new(connection.dialect, agents), row)
    return Written(None)


def known(connection: Connection) -> list[KnownAgent]:
    """By name and version."""
    query = select(agents).order_by(agents.c.name, agents.c.version)
    return [KnownAgent(**row) for row in many(connection, query)]
