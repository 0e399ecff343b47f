"""Rows of queries as plain dictionaries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select

from dmnroute.store.rows import Row


def one(connection: Connection, query: Select[Any], **values: Any) -> Row | None:
    """The first row."""
    row = connection.execute(query, values).first()
    return None if row is None else row._asdict()


def many(connection: Connection, query: Select[Any], **values: Any) -> list[Row]:
    """All rows."""
    return [row._asdict() for row in connection.execute(query, values)]
