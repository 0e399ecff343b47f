"""The tables of the store.

Columns are what is queried; the column `record` holds every other field of a record, so that a new field needs no
migration. A change of the tables needs one, and a new `SCHEMA`.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from dmnroute.store.columns import Exact, Instant, Json, Name, Serial

SCHEMA = "0007"
"""The revision that these tables are."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

runs = Table(
    "runs",
    metadata,
    Column("id", Name, primary_key=True),
    Column("policy", Name, nullable=False),
    Column("tenant", Name, nullable=False),
    Column("started", Instant, nullable=False),
    Column("parent", Name),
    Column("process_instance", Name),
    Column("input", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("record", Json, nullable=False),
    Column("status", Name, nullable=False),
    Column("hop", Integer, nullable=False),
    Column("cost", Exact, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("stop", Json),
    Column("result", Json),
    Column("owner", Name),
    Column("lease_until", Instant),
    Column("held", Name),
    Column("released", Instant),
    Index(None, "started", "id"),
    Index(None, "status", "started"),
    Index(None, "policy", "started"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("run", Name, ForeignKey("runs.id"), primary_key=True),
    Column("hop", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("policy", Name, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("record", Json, nullable=False),
)

steps = Table(
    "steps",
    metadata,
    Column("id", Name, primary_key=True),
    Column("run", Name, nullable=False),
    Column("hop", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("agent", Name, nullable=False),
    Column("type", Name, nullable=False),
    Column("version", Name, nullable=False),
    Column("deadline", Instant),
    Column("input", Json, nullable=False),
    Column("input_digest", Text, nullable=False),
    Column("record", Json, nullable=False),
    # The outcome; its status is null until there is one.
    Column("status", Name),
    Column("ended", Instant),
    Column("confidence", Exact),
    Column("cost", Exact),
    Column("latency", Exact),
    Column("output", Json),
    Column("outcome", Json),
    ForeignKeyConstraint(["run", "hop"], ["decisions.run", "decisions.hop"]),
    UniqueConstraint("run", "hop", "position"),
    Index(None, "type", "version", "input_digest", "status"),
    Index(None, "type", "ended"),
)

signals = Table(
    "signals",
    metadata,
    Column("run", Name, ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Name, nullable=False),
    Column("at", Instant, nullable=False),
    Column("payload", Json),
    Column("key", Name),
    UniqueConstraint("run", "key"),
)

controls = Table(
    "controls",
    metadata,
    Column("run", Name, ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Name, nullable=False),
    Column("data", Json, nullable=False),
    Column("who", Name, nullable=False),
    Column("why", Name),
    Column("at", Instant, nullable=False),
    Column("key", Name),
    UniqueConstraint("run", "key"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("key", Name, primary_key=True),
    Column("run", Name),
    Column("starts", Instant),
    Column("ends", Instant),
    Column("record", Json, nullable=False),
    Column("spent", Json, nullable=False),
    Column("reserved", Json, nullable=False),
    Index(None, "run", "ends"),
)

reservations = Table(
    "reservations",
    metadata,
    Column("step", Name, primary_key=True),
    Column("run", Name, nullable=False),
    Column("accounts", Json, nullable=False),
    Column("amounts", Json, nullable=False),
    Column("grants", Json, nullable=False),
    Index(None, "run"),
)

policies = Table(
    "policies",
    metadata,
    Column("name", Name, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("file", Name, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("loaded", Instant, nullable=False),
)

policy_changes = Table(
    "policy_changes",
    metadata,
    Column("policy", Name, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Name, nullable=False),
    Column("version", Integer, nullable=False),
    Column("tenant", Name, nullable=False),
    Column("who", Name, nullable=False),
    Column("why", Name),
    Column("at", Instant, nullable=False),
    Column("record", Json, nullable=False),
)

shadows = Table(
    "shadows",
    metadata,
    Column("run", Name, ForeignKey("runs.id"), primary_key=True),
    Column("hop", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("policy", Name, nullable=False),
    Column("tenant", Name, nullable=False),
    Column("version", Integer, nullable=False),
    Column("beside", Integer),
    Column("verdict", Name, nullable=False),
    Column("before", Name, nullable=False),
    Column("after", Name, nullable=False),
    Column("record", Json, nullable=False),
    Index(None, "policy", "version", "at"),
)

agents = Table(
    "agents",
    metadata,
    Column("name", Name, primary_key=True),
    Column("version", Name, primary_key=True),
    Column("schemas", Json, nullable=False),
    Column("seen", Instant, nullable=False),
)

breakers = Table(
    "breakers",
    metadata,
    Column("name", Name, primary_key=True),
    Column("state", Name, nullable=False),
    Column("record", Json, nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("key", Name, nullable=False),
    Column("scope", Name, nullable=False),
    Column("name", Name, nullable=False),
    Column("who", Name, nullable=False),
    Column("why", Name),
    Column("since", Instant, nullable=False),
    Column("timers", Name, nullable=False),
    Column("lifted", Instant),
    Column("lifted_by", Name),
    Column("lifted_why", Name),
    Index(None, "key", "lifted"),
    sqlite_autoincrement=True,
)
Index(
    "uq_pauses_holding",
    pauses.c.key,
    unique=True,
    sqlite_where=pauses.c.lifted.is_(None),
    postgresql_where=pauses.c.lifted.is_(None),
)

events = Table(
    "events",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Name, nullable=False),
    Column("run", Name),
    Column("data", Json, nullable=False),
    Index(None, "run", "number"),
    # A number is never used twice, even when old events are removed: readers go on from the number they know.
    sqlite_autoincrement=True,
)
