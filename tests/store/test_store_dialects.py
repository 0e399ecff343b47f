"""One code for two databases: what is said differently is said in the words of each."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Dialect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from dmnroute.store.schema import runs, signals
from dmnroute.store.sql.dialect import has_tags, insert_new

DIALECTS: dict[str, Dialect] = {"postgresql": postgresql.dialect(), "sqlite": sqlite.dialect()}


def words(statement: object, dialect: str) -> str:
    compiled = statement.compile(dialect=DIALECTS[dialect])  # type: ignore[attr-defined]  # any statement
    return " ".join(str(compiled).split())


@pytest.mark.parametrize(
    ("dialect", "columns"),
    [
        (
            "postgresql",
            ['id VARCHAR COLLATE "C" NOT NULL', "cost NUMERIC NOT NULL", "input JSONB NOT NULL", "result JSONB"],
        ),
        ("postgresql", ["started TIMESTAMP WITH TIME ZONE NOT NULL"]),
        ("sqlite", ["id TEXT NOT NULL", "cost TEXT NOT NULL", "input TEXT NOT NULL", "started DATETIME NOT NULL"]),
    ],
)
def test_values_stay_exact_in_the_types_of_each(dialect: str, columns: list[str]) -> None:
    """NUMERIC and JSONB keep every digit on PostgreSQL; on SQLite only a text does."""
    table = words(CreateTable(runs), dialect)
    assert [column for column in columns if column not in table] == []


@pytest.mark.parametrize(("dialect", "lock"), [("postgresql", " FOR UPDATE OF runs"), ("sqlite", "")])
def test_a_run_is_locked_where_rows_can_be(dialect: str, lock: str) -> None:
    """SQLite locks the whole file when a writing transaction begins."""
    query = select(runs.c.id).join(signals).with_for_update(of=runs)
    text = words(query, dialect)
    assert text == f"SELECT runs.id FROM runs JOIN signals ON runs.id = signals.run{lock}"


@pytest.mark.parametrize("dialect", ["postgresql", "sqlite"])
def test_an_insert_leaves_what_is_there(dialect: str) -> None:
    """And gives back what is new."""
    text = words(insert_new(DIALECTS[dialect], signals).returning(signals.c.number), dialect)
    assert re.search(r" ON CONFLICT DO NOTHING RETURNING (signals\.)?number$", text)


def test_tags_are_found_by_containment() -> None:
    """An index on the tags can answer it on PostgreSQL; SQLite looks for the text."""
    assert words(has_tags(DIALECTS["postgresql"], {"a": "b"}), "postgresql").startswith("runs.tags @> ")
    assert words(has_tags(DIALECTS["sqlite"], {"a": "b"}), "sqlite") == (
        "instr(runs.tags, ?) > ? OR instr(runs.tags, ?) > ?"
    )
