"""What shadow versions made of hops, and how often which two ways were beside each other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from dmnroute.routing.ports.shadows import ShadowMove
from dmnroute.routing.records.shadow import ShadowHop
from dmnroute.store import rows
from dmnroute.store.schema import shadows
from dmnroute.store.sql.reading import many
from dmnroute.store.utc import in_utc


def keep(connection: Connection, shadow: ShadowHop) -> None:
    """A hop that stopped its run may be decided anew: the latest look counts."""
    connection.execute(delete(shadows).where(shadows.c.run == shadow.run, shadows.c.hop == shadow.hop))
    connection.execute(insert(shadows), rows.shadow_row(shadow))


def of_run(connection: Connection, run: str) -> list[ShadowHop]:
    query = select(shadows).where(shadows.c.run == run).order_by(shadows.c.hop)
    return [rows.shadow_hop_of(row) for row in many(connection, query)]


def moves(connection: Connection, policy: str, version: int, tenant: str, since: datetime) -> list[ShadowMove]:
    kept = shadows.c
    counted = (kept.verdict, kept.before, kept.after)
    wanted = (kept.policy == policy, kept.version == version, kept.tenant == tenant, kept.at >= in_utc(since))
    query = select(*counted, func.count(), func.count(kept.run.distinct()), func.min(kept.run)).where(*wanted)
    found = []
    for verdict, before, after, hops, runs, run in connection.execute(query.group_by(*counted)):
        same = (kept.run == run, kept.verdict == verdict, kept.before == before, kept.after == after)
        hop = connection.scalar(select(func.min(kept.hop)).where(*wanted, *same)) or 0
        found.append(ShadowMove(verdict, before, after, hops, runs, (run, hop)))
    return sorted(found, key=lambda move: (-move.hops, move.verdict, move.before, move.after))
