"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dmnroute.store.columns import Exact, Instant, Json, Name, Serial

revision = "0001"
down_revision = None


def upgrade() -> None:
    _runs()
    _decisions()
    _steps()
    _signals()
    _policies()
    _agents()
    _events()


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", Name, nullable=False),
        sa.Column("policy", Name, nullable=False),
        sa.Column("tenant", Name, nullable=False),
        sa.Column("started", Instant, nullable=False),
        sa.Column("parent", Name),
        sa.Column("process_instance", Name),
        sa.Column("input", Json, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("record", Json, nullable=False),
        sa.Column("status", Name, nullable=False),
        sa.Column("hop", sa.Integer, nullable=False),
        sa.Column("cost", Exact, nullable=False),
        sa.Column("updated", Instant, nullable=False),
        sa.Column("stop", Json),
        sa.Column("result", Json),
        sa.Column("owner", Name),
        sa.Column("lease_until", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_started_id", "runs", ["started", "id"])
    op.create_index("ix_runs_status_started", "runs", ["status", "started"])
    op.create_index("ix_runs_policy_started", "runs", ["policy", "started"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("run", Name, nullable=False),
        sa.Column("hop", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("policy", Name, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("record", Json, nullable=False),
        sa.PrimaryKeyConstraint("run", "hop", name="pk_decisions"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_decisions_runs"),
    )


def _steps() -> None:
    op.create_table(
        "steps",
        sa.Column("id", Name, nullable=False),
        sa.Column("run", Name, nullable=False),
        sa.Column("hop", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("agent", Name, nullable=False),
        sa.Column("type", Name, nullable=False),
        sa.Column("version", Name, nullable=False),
        sa.Column("deadline", Instant),
        sa.Column("input", Json, nullable=False),
        sa.Column("input_digest", sa.Text, nullable=False),
        sa.Column("record", Json, nullable=False),
        sa.Column("status", Name),
        sa.Column("ended", Instant),
        sa.Column("confidence", Exact),
        sa.Column("cost", Exact),
        sa.Column("latency", Exact),
        sa.Column("output", Json),
        sa.Column("outcome", Json),
        sa.PrimaryKeyConstraint("id", name="pk_steps"),
        sa.ForeignKeyConstraint(["run", "hop"], ["decisions.run", "decisions.hop"], name="fk_steps_decisions"),
        sa.UniqueConstraint("run", "hop", "position", name="uq_steps_run_hop_position"),
    )
    op.create_index("ix_steps_type_version_input_digest_status", "steps", ["type", "version", "input_digest", "status"])
    op.create_index("ix_steps_type_ended", "steps", ["type", "ended"])


def _signals() -> None:
    op.create_table(
        "signals",
        sa.Column("run", Name, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("payload", Json),
        sa.Column("key", Name),
        sa.PrimaryKeyConstraint("run", "number", name="pk_signals"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_signals_runs"),
        sa.UniqueConstraint("run", "key", name="uq_signals_run_key"),
    )


def _policies() -> None:
    op.create_table(
        "policies",
        sa.Column("name", Name, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("file", Name, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("loaded", Instant, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_policies"),
    )


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("name", Name, nullable=False),
        sa.Column("version", Name, nullable=False),
        sa.Column("schemas", Json, nullable=False),
        sa.Column("seen", Instant, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_agents"),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("number", Serial, nullable=False, autoincrement=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("run", Name),
        sa.Column("data", Json, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_run_number", "events", ["run", "number"])
