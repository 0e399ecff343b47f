"""Errors of SQLite in words for operators; those of PostgreSQL are in `postgres_errors`, under the same codes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError, StatementError

from dmnroute.errors import DmnrouteError, OperatorError
from dmnroute.store.json_text import not_json

LOCKED = "store_locked"
FULL = "store_full"
CORRUPT = "store_corrupt"
UNAVAILABLE = "store_unavailable"
FAILED = "store_failed"

SQLITE_CODES = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CORRUPT: CORRUPT,
    sqlite3.SQLITE_NOTADB: CORRUPT,
    sqlite3.SQLITE_CANTOPEN: UNAVAILABLE,
    sqlite3.SQLITE_IOERR: UNAVAILABLE,
    sqlite3.SQLITE_READONLY: UNAVAILABLE,
    sqlite3.SQLITE_PERM: UNAVAILABLE,
    sqlite3.SQLITE_AUTH: UNAVAILABLE,
    sqlite3.SQLITE_PROTOCOL: UNAVAILABLE,
    sqlite3.SQLITE_NOLFS: UNAVAILABLE,
    sqlite3.SQLITE_NOMEM: UNAVAILABLE,
}
"""Primary result codes of SQLite; every other one is a mistake of ours."""

_TEXTS = {
    LOCKED: ("is locked by another process", "end the process that holds it, or wait"),
    FULL: ("can't grow: the disk is full", "free space on the disk; nothing is lost"),
    CORRUPT: ("is damaged, or no store", "restore it from a backup, or name another file"),
    UNAVAILABLE: ("can't be used", "check that the file and its folder exist and can be written"),
    FAILED: ("refused a statement", "please report this"),
}


@contextmanager
def translated(store: str) -> Iterator[None]:
    """Turn what the driver raises into an error with a place (the store's name, without a password)."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _translation(error, store) from error
    except (UnicodeEncodeError, OverflowError) as error:
        raise not_json(error) from error


def is_locked(error: BaseException) -> bool:
    """Whether another process is in the way for now."""
    return _code(_cause(error)) == LOCKED


def store_error(code: str, store: str, reason: object = "") -> OperatorError:
    """What an operator reads."""
    text, hint = _TEXTS[code]
    return OperatorError(f"store `{store}` {text}{f' ({reason})' if reason else ''}", code=code, hint=hint)


def _translation(error: BaseException, store: str) -> DmnrouteError:
    cause = _cause(error)
    if isinstance(cause, DmnrouteError):
        return cause
    if isinstance(cause, UnicodeEncodeError | OverflowError):
        return not_json(cause)
    return store_error(_code(cause), store, cause)


def _cause(error: BaseException) -> BaseException:
    """The error below SQLAlchemy's, which would show the statement with its values."""
    return error.orig if isinstance(error, StatementError) and error.orig is not None else error


def _code(cause: BaseException) -> str:
    # Extended result codes carry the primary one in their low byte.
    return SQLITE_CODES.get(getattr(cause, "sqlite_errorcode", -1) & 0xFF, FAILED)
