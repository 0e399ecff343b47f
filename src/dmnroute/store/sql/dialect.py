"""All that SQLite and PostgreSQL say differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Dialect, Table, Text, and_, func, or_, type_coerce
from sqlalchemy.dialects import sqlite

from dmnroute.store.columns import POSTGRESQL
from dmnroute.store.json_text import to_text
from dmnroute.store.schema import runs

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert_new(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that leaves rows which are there already as they are."""
    if dialect.name == POSTGRESQL:
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def has_tags(dialect: Dialect, tags: dict[str, str]) -> ColumnElement[bool]:
    """Whether a run has all of these tags."""
    if dialect.name == POSTGRESQL:
        return runs.c.tags.op("@>")(tags)
    return and_(*(_has_tag(name, value) for name, value in tags.items()))


def _has_tag(name: str, value: str) -> ColumnElement[bool]:
    """SQLite's functions for JSON end a text at a NUL. In canonical text a tag is found as it is written."""
    tag = to_text({name: value})[1:-1]
    # Behind a brace or a comma: elsewhere a quote has a backslash before it.
    return or_(*(func.instr(type_coerce(runs.c.tags, Text), f"{before}{tag}") > 0 for before in "{,"))
