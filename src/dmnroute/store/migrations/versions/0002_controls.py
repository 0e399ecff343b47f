"""What people asked of runs, with who and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dmnroute.store.columns import Instant, Json, Name

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "controls",
        sa.Column("run", Name, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("who", Name, nullable=False),
        sa.Column("why", Name),
        sa.Column("at", Instant, nullable=False),
        sa.Column("key", Name),
        sa.PrimaryKeyConstraint("run", "number", name="pk_controls"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_controls_runs"),
        sa.UniqueConstraint("run", "key", name="uq_controls_run_key"),
    )
