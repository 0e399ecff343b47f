"""Versions of policies as they were loaded, and their audit logs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.ports.policies import StoredPolicy
from dmnroute.routing.records.policy_change import PolicyChange
from dmnroute.store import changes, rows
from dmnroute.store.schema import policies, policy_changes
from dmnroute.store.sql import events
from dmnroute.store.sql.database import Written
from dmnroute.store.sql.dialect import insert_new
from dmnroute.store.sql.reading import many, one
from dmnroute.store.utc import in_utc


def keep(
    connection: Connection, name: str, file: str, text: bytes, *, at: datetime, what: Sequence[str] | None
) -> Written[StoredPolicy]:
    """Add a version, unless it is the latest one already."""
    while True:
        latest = find(connection, name, None)
        if latest is not None and latest.text == text:
            return Written(latest)
        stored = StoredPolicy(name, latest.version + 1 if latest else 1, digest_of_bytes(text), file, text, in_utc(at))
        if _insert(connection, stored):
            return Written(stored, [events.row(changes.policy_changed(stored, what), at=at)])


def add(connection: Connection, name: str, file: str, text: bytes, *, at: datetime) -> Written[StoredPolicy]:
    """Add a version, unless any has the same text.

    The latest number is read before the texts are: whoever adds a version after that takes the number away.
    """
    digest = digest_of_bytes(text)
    same = select(policies).where(policies.c.name == name, policies.c.digest == digest).order_by(policies.c.version)
    number = select(func.max(policies.c.version)).where(policies.c.name == name)
    while True:
        latest = connection.scalar(number) or 0
        known = next((row for row in many(connection, same) if row["text"] == text), None)
        if known is not None:
            return Written(StoredPolicy(**known))
        stored = StoredPolicy(name, latest + 1, digest, file, text, in_utc(at))
        if _insert(connection, stored):
            return Written(stored)


def _insert(connection: Connection, stored: StoredPolicy) -> bool:
    """False when somebody else has just added a version with this number."""
    values = {field: getattr(stored, field) for field in policies.c.keys()}  # noqa: SIM118 - a column collection isn't a dict
    statement = insert_new(connection.dialect, policies).returning(policies.c.version)
    return connection.scalar(statement, values) is not None


def find(connection: Connection, name: str, version: int | None) -> StoredPolicy | None:
    """A version, or the latest one."""
    query = select(policies).where(policies.c.name == name).order_by(policies.c.version.desc()).limit(1)
    if version is not None:
        query = query.where(policies.c.version == version)
    row = one(connection, query)
    return StoredPolicy(**row) if row else None


def change(connection: Connection, given: PolicyChange) -> Written[bool]:
    """Add a change. The primary key is the last guard against two who add the same number."""
    log_of = policy_changes.c.policy == given.policy
    latest = connection.scalar(select(func.max(policy_changes.c.number)).where(log_of)) or 0
    if given.number != latest + 1:
        return Written(False)
    statement = insert_new(connection.dialect, policy_changes).returning(policy_changes.c.number)
    row = rows.policy_change_row(given)
    if connection.scalar(statement, row) is None:
        return Written(False)
    kept = rows.policy_change_of(rows.plain(row))
    return Written(True, [events.row(changes.policy_transition(kept), at=kept.at)])


def log(connection: Connection, name: str, after: int) -> list[PolicyChange]:
    """In the order of their numbers."""
    own = policy_changes.c.policy == name
    query = select(policy_changes).where(own, policy_changes.c.number > after).order_by(policy_changes.c.number)
    return [rows.policy_change_of(row) for row in many(connection, query)]


def published(connection: Connection) -> list[str]:
    names = select(policy_changes.c.policy).distinct().order_by(policy_changes.c.policy)
    return list(connection.scalars(names))
