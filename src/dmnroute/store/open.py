"""Open the store that a URL names."""

from __future__ import annotations

import re
from pathlib import Path

from dmnroute.errors import OperatorError, UsageError
from dmnroute.routing.ports import Store
from dmnroute.store.memory import MemoryStore

PATIENCE = 15.0

_SQLITE = re.compile(r"sqlite(\+\w+)?:///(?P<path>.+)\Z", re.DOTALL)


async def open_store(url: str, *, patience: float = PATIENCE) -> Store:
    """Open `memory:`, `sqlite+aiosqlite:///path` or a plain path; a file that isn't there is made.

    Of a SQLite URL everything after the third slash is the path: `sqlite:////var/lib/runs.db` is an absolute one.
    `patience` is how many seconds to wait for other processes that hold the store.

    Raises:
        OperatorError: `store_unavailable`, `store_corrupt`, `store_locked`, `store_newer`.
        UsageError: `store_url`, the URL names no kind of store that is known.
    """
    if url == "memory:":
        return MemoryStore()
    path = _path(url).expanduser()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(
            f"the folder of store `{path}` can't be made ({error.strerror})", code="store_unavailable"
        ) from error
    # Imported here: SQLAlchemy takes long to load, and a store in memory does without.
    from dmnroute.store.sql.sqlite import SqliteDatabase
    from dmnroute.store.sql.store import SqlStore

    return SqlStore(await SqliteDatabase.open(path, patience=patience))


def _path(url: str) -> Path:
    sqlite = _SQLITE.match(url)
    if sqlite:
        return Path(sqlite["path"])
    if "://" not in url and url and not url.startswith(":") and "\0" not in url:
        return Path(url)
    # The rest of the URL may hold a password.
    kind = url.split("://")[0] if "://" in url else url
    raise UsageError(
        f"`{kind}` is no kind of store",
        code="store_url",
        hint="write `memory:`, `sqlite:///runs.db` or the path of a file",
    )
