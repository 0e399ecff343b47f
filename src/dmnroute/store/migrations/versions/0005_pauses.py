"""Pauses, and what they hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dmnroute.store.columns import Instant, Name, Serial

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "pauses",
        sa.Column("number", Serial, nullable=False, autoincrement=True),
        sa.Column("key", Name, nullable=False),
        sa.Column("scope", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("who", Name, nullable=False),
        sa.Column("why", Name),
        sa.Column("since", Instant, nullable=False),
        sa.Column("timers", Name, nullable=False),
        sa.Column("lifted", Instant),
        sa.Column("lifted_by", Name),
        sa.Column("lifted_why", Name),
        sa.PrimaryKeyConstraint("number", name="pk_pauses"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pauses_key_lifted", "pauses", ["key", "lifted"])
    holding = sa.text("lifted IS NULL")
    op.create_index("uq_pauses_holding", "pauses", ["key"], unique=True, sqlite_where=holding, postgresql_where=holding)
    op.add_column("runs", sa.Column("held", Name))
    op.add_column("runs", sa.Column("released", Instant))
