"""The audit log of policies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dmnroute.store.columns import Instant, Json, Name

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "policy_changes",
        sa.Column("policy", Name, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", Name, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("tenant", Name, nullable=False),
        sa.Column("who", Name, nullable=False),
        sa.Column("why", Name),
        sa.Column("at", Instant, nullable=False),
        sa.Column("record", Json, nullable=False),
        sa.PrimaryKeyConstraint("policy", "number", name="pk_policy_changes"),
    )
