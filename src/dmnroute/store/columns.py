"""Column types that keep values exact on every database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Numeric, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from dmnroute.store.escapes import escape, from_jsonb, to_jsonb, unescape
from dmnroute.store.json_text import from_text, to_text
from dmnroute.store.utc import in_utc

POSTGRESQL = "postgresql"

Reader: TypeAlias = Callable[[Any], Any]
"""From what the driver gives to the value."""


class Json(TypeDecorator[Any]):
    """A JSON value: JSONB on PostgreSQL, else canonical text. Null is the null of SQL.

    To JSONB it is given as text, too: an engine of PostgreSQL must leave JSON as it is.

    A column that is declared as JSON has numeric affinity in SQLite, which turns the text `0.10` into a float:
    so it is declared as text.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != POSTGRESQL:
            return dialect.type_descriptor(Text())
        from sqlalchemy.dialects.postgresql import JSONB  # costs start-up time that SQLite needn't pay

        return dialect.type_descriptor(JSONB(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else to_jsonb(value) if dialect.name == POSTGRESQL else to_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else from_jsonb(value) if dialect.name == POSTGRESQL else from_text(value)


class Exact(TypeDecorator[Decimal]):
    """An exact decimal: NUMERIC on PostgreSQL, its text on SQLite, which knows only floats.

    SQLite would compare and add texts as texts or floats: compare and add in Python.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Numeric() if dialect.name == POSTGRESQL else Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == POSTGRESQL else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Reader | None:
        """Without the layers in between, which take longer than reading does."""
        return super().result_processor(dialect, coltype) if dialect.name == POSTGRESQL else _exact


class Instant(TypeDecorator[datetime]):
    """A point in time, kept in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Reader | None:
        """SQLite's texts are all written in one form, and in UTC."""
        return super().result_processor(dialect, coltype) if dialect.name == POSTGRESQL else _instant


class Name(TypeDecorator[str]):
    """A text that sorts by its characters, whatever the language of the database."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text(collation="C" if dialect.name == POSTGRESQL else None))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != POSTGRESQL:
            return value
        value.encode()  # a lone surrogate is named here; the driver would only say that it dislikes an argument
        return escape(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None or dialect.name != POSTGRESQL else unescape(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Reader | None:
        """Elsewhere texts are as they were."""
        return super().result_processor(dialect, coltype) if dialect.name == POSTGRESQL else None


def _exact(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


Serial = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database gives. SQLite's integers are all long, but it numbers only what is declared as INTEGER."""
