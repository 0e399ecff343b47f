"""Errors of PostgreSQL and of the way to it: which of them pass, and what an operator reads of the others."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnection

from dmnroute.errors import DmnrouteError, OperatorError, UsageError
from dmnroute.store.json_text import not_json
from dmnroute.store.sql.translation import CORRUPT, FAILED, FULL, LOCKED, UNAVAILABLE

PASSING = {
    "40001": LOCKED,  # serialization_failure
    "40P01": LOCKED,  # deadlock_detected
    "55P03": LOCKED,  # lock_not_available: waited for long enough
    "53300": UNAVAILABLE,  # too_many_connections
    "57P01": UNAVAILABLE,  # admin_shutdown
    "57P02": UNAVAILABLE,  # crash_shutdown
    "57P03": UNAVAILABLE,  # cannot_connect_now: it is starting, or stopping
    "57P05": UNAVAILABLE,  # idle_session_timeout
    "25P03": UNAVAILABLE,  # idle_in_transaction_session_timeout
    "25006": UNAVAILABLE,  # read_only_sql_transaction: connected to a stand-by that is about to take over
}
"""SQLSTATEs after which the same work may succeed a moment later, and what it is called when it doesn't."""

RACED = {"pk_policies"}
"""Constraints that two writers may meet at who both want the next number."""

LASTING = {
    "53100": FULL,  # disk_full
    "53200": UNAVAILABLE,  # out_of_memory
    "3D000": UNAVAILABLE,  # invalid_catalog_name: no such database
    "3F000": UNAVAILABLE,  # invalid_schema_name
    "42501": UNAVAILABLE,  # insufficient_privilege
    "XX001": CORRUPT,  # data_corrupted
    "XX002": CORRUPT,  # index_corrupted
}
"""SQLSTATEs that somebody has to act on."""

CLASSES = {"08": UNAVAILABLE, "28": UNAVAILABLE}
"""Whole classes: the connection failed, the password is wrong. Everything else is a mistake of ours."""

_TEXTS = {
    LOCKED: ("is locked by another process", "end the process that holds it, or wait"),
    FULL: ("can't grow: the disk is full", "free space on the disk of the server; nothing is lost"),
    CORRUPT: ("is damaged", "restore it from a backup"),
    UNAVAILABLE: ("can't be reached", "check that the server runs, and the URL with its user and password"),
    FAILED: ("refused a statement", "please report this"),
}


@contextmanager
def translated(store: str) -> Iterator[None]:
    """Turn what the driver raises into an error that names the store."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise _translation(error, store) from error
    except (UnicodeEncodeError, OverflowError) as error:
        raise not_json(error) from error
    except Exception as error:
        if not _of_driver(error):
            raise
        raise _translation(error, store) from error


def is_passing(error: BaseException) -> bool:
    """Whether the same work may succeed a moment later."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = _cause(error)
    state = _sqlstate(cause) or ""
    return (
        state in PASSING
        or state[:2] == "08"
        or (isinstance(cause, OSError) and not isinstance(cause, UnicodeError))
        or _constraint(cause) in RACED
    )


def is_unknown_host(error: BaseException) -> bool:
    """Whether a name leads nowhere: passing for a store that was there, but not at first."""
    return isinstance(error, socket.gaierror)


def unavailable(store: str, reason: str) -> OperatorError:
    return _error(UNAVAILABLE, store, reason)


def unreadable_url() -> UsageError:
    return UsageError(
        "the URL of a PostgreSQL store can't be read",
        code="store_url",
        hint="write `postgresql://user:password@host/database`; in user and password, `%40` for `@`, `%2F` for `/`",
    )


def _translation(error: BaseException, store: str) -> DmnrouteError:
    cause = _cause(error)
    if isinstance(cause, DmnrouteError):
        return cause
    if isinstance(cause, UnicodeEncodeError | OverflowError):
        return not_json(cause)
    if isinstance(cause, NoConnection):
        return unavailable(store, "all connections are in use")
    if isinstance(cause, OSError):
        return unavailable(store, cause.strerror or str(cause) or "no answer in time")
    state = _sqlstate(cause) or ""
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    code = PASSING.get(state) or LASTING.get(state) or CLASSES.get(state[:2]) or (UNAVAILABLE if lost else FAILED)
    return _error(code, store, _message(cause))


def _error(code: str, store: str, reason: str) -> OperatorError:
    text, hint = _TEXTS[code]
    return OperatorError(f"store `{store}` {text} ({reason})", code=code, hint=hint)


def _cause(error: BaseException) -> BaseException:
    """The driver's own error: SQLAlchemy's would show the statement, and its adapter's the name of a class."""
    if isinstance(error, StatementError) and error.orig is not None:
        error = error.orig
    below = error.__cause__
    return below if below is not None and _of_driver(below) else error


def _message(cause: BaseException) -> str:
    return str(cause).partition("\n")[0]


def _sqlstate(error: BaseException) -> str | None:
    state = getattr(error, "sqlstate", None)
    return state if isinstance(state, str) else None


def _constraint(error: BaseException) -> str | None:
    return getattr(error, "constraint_name", None)


def _of_driver(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] == "asyncpg"
