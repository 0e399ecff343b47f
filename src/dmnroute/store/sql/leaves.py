"""Leaves of JSON columns, found by the database itself: most of a record is never carried over, nor read.

What is asked for comes as the text of one JSON list. The same few texts come again and again, so each is read once.
Numbers keep all their digits: both databases hand them over as they were written.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Text, case, cast, func, literal_column, null, type_coerce

from dmnroute.routing.leaves import grown, part_of
from dmnroute.routing.ports.recorded import Leaves
from dmnroute.store.columns import POSTGRESQL
from dmnroute.store.escapes import from_jsonb
from dmnroute.store.json_text import from_text

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*", re.ASCII)


class LeavesOf:
    """Some leaves of a JSON column: how they are asked for, and how they are read."""

    def __init__(self, connection: Connection, column: Column[Any], names: Leaves, *, wanted: bool = True) -> None:
        self._is_postgres = connection.dialect.name == POSTGRESQL
        self._column = column
        # A name that a database may read as something else is looked for here.
        self._asked = names if names and all(_NAME.fullmatch(name) for name in names) else None
        self._names = names
        self._wanted = wanted and names != ()
        self._known: dict[str, Any] = {}

    @property
    def asked(self) -> ColumnElement[Any]:
        """What a query selects: a text."""
        if not self._wanted:
            return null().label(None)
        if self._asked is None:
            return cast(self._column, Text) if self._is_postgres else type_coerce(self._column, Text)
        if self._is_postgres:
            table = self._column.table.name
            each = [f"{table}.{self._column.name} #> '{{{name.replace('.', ',')}}}'" for name in self._asked]
            found = cast(func.jsonb_build_array(*map(literal_column, each)), Text)
            return case((self._column.is_not(None), found))
        # Of one path SQLite makes a value of SQL, whose numbers are floats; of two it makes JSON.
        paths = self._asked if len(self._asked) > 1 else self._asked * 2
        return func.json_extract(self._column, *(literal_column(f"'$.{path}'") for path in paths), type_=Text)

    def read(self, text: str | None) -> Any:
        """The value with these leaves, one for all equal texts."""
        if text is None:
            return None
        try:
            return self._known[text]
        except KeyError:
            value = self._known[text] = self._grown(text)
            return value

    def _grown(self, text: str) -> Any:
        value = from_jsonb(text) if self._is_postgres else from_text(text)
        return part_of(value, self._names) if self._asked is None else grown(self._asked, value[: len(self._asked)])
