"""Circuit breakers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dmnroute.store.columns import Json, Name

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "breakers",
        sa.Column("name", Name, nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("record", Json, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_breakers"),
    )
