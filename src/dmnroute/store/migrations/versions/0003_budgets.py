"""What budgets have spent, and what is held back for steps that are under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dmnroute.store.columns import Instant, Json, Name

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("key", Name, nullable=False),
        sa.Column("run", Name),
        sa.Column("starts", Instant),
        sa.Column("ends", Instant),
        sa.Column("record", Json, nullable=False),
        sa.Column("spent", Json, nullable=False),
        sa.Column("reserved", Json, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_accounts"),
    )
    op.create_index("ix_accounts_run_ends", "accounts", ["run", "ends"])
    op.create_table(
        "reservations",
        sa.Column("step", Name, nullable=False),
        sa.Column("run", Name, nullable=False),
        sa.Column("accounts", Json, nullable=False),
        sa.Column("amounts", Json, nullable=False),
        sa.Column("grants", Json, nullable=False),
        sa.PrimaryKeyConstraint("step", name="pk_reservations"),
    )
    op.create_index("ix_reservations_run", "reservations", ["run"])
