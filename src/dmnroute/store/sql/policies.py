"""Versions of policies as they were loaded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.ports.policies import StoredPolicy
from dmnroute.store import changes
from dmnroute.store.schema import policies
from dmnroute.store.sql import events
from dmnroute.store.sql.database import Written
from dmnroute.store.sql.reading import one
from dmnroute.store.utc import in_utc


def keep(
    connection: Connection, name: str, file: str, text: bytes, *, at: datetime, what: Sequence[str] | None
) -> Written[StoredPolicy]:
    """Add a version, unless it is the latest one already."""
    latest = find(connection, name, None)
    if latest is not None and latest.text == text:
        return Written(latest)
    number = latest.version + 1 if latest else 1
    stored = StoredPolicy(name, number, digest_of_bytes(text), file, text, in_utc(at))
    values = {field: getattr(stored, field) for field in policies.c.keys()}  # noqa: SIM118 - a column collection isn't a dict
    connection.execute(insert(policies), values)
    return Written(stored, [events.row(changes.policy_changed(stored, what), at=at)])


def find(connection: Connection, name: str, version: int | None) -> StoredPolicy | None:
    """A version, or the latest one."""
    query = select(policies).where(policies.c.name == name).order_by(policies.c.version.desc()).limit(1)
    if version is not None:
        query = query.where(policies.c.version == version)
    row = one(connection, query)
    return StoredPolicy(**row) if row else None
