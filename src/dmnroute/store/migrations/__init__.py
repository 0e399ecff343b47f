"""Bring the tables of a store up to date. Alembic is imported only when there is something to do."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from dmnroute.errors import OperatorError
from dmnroute.store.schema import SCHEMA

FOLDER = Path(__file__).parent

_VERSIONS = table("alembic_version", column("version_num"))


def current(connection: Connection, store: str) -> bool:
    """Whether the tables are as this release wants them. Raises OperatorError `store_newer`."""
    if not inspect(connection).has_table(_VERSIONS.name):
        return False
    revision = connection.scalar(select(_VERSIONS.c.version_num))
    if revision is not None and revision > SCHEMA:
        raise OperatorError(
            f"store `{store}` was written by a newer dmnroute (schema {revision}, this one knows {SCHEMA})",
            code="store_newer",
            hint="install the newer release",
        )
    return bool(revision == SCHEMA)


def upgrade(connection: Connection, store: str) -> None:
    """Apply what is missing, in a transaction that keeps others out; whoever comes second finds nothing to do."""
    if current(connection, store):
        return
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    command.upgrade(config, "head")
