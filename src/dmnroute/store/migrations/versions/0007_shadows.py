"""What shadow versions made of hops."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dmnroute.store.columns import Instant, Json, Name

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "shadows",
        sa.Column("run", Name, nullable=False),
        sa.Column("hop", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("policy", Name, nullable=False),
        sa.Column("tenant", Name, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("beside", sa.Integer),
        sa.Column("verdict", Name, nullable=False),
        sa.Column("before", Name, nullable=False),
        sa.Column("after", Name, nullable=False),
        sa.Column("record", Json, nullable=False),
        sa.PrimaryKeyConstraint("run", "hop", name="pk_shadows"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_shadows_run_runs"),
    )
    op.create_index("ix_shadows_policy_version_at", "shadows", ["policy", "version", "at"])
