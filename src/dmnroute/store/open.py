"""Open the store that a URL names."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from dmnroute.errors import OperatorError, UsageError
from dmnroute.routing.ports.store import Store
from dmnroute.store.memory.store import MemoryStore

PATIENCE = 15.0
CONNECTIONS = 10

_POSTGRESQL = re.compile(r"postgres(?:ql)?(?:\+\w+)?://")
_ADDRESS = re.compile(r"[\w.,:%\[\]-]*(/[\w.%-]*)?")
_SQLITE = re.compile(r"sqlite(\+\w+)?:///(?P<path>.+)\Z", re.DOTALL)


async def open_store(url: str, *, patience: float = PATIENCE, connections: int = CONNECTIONS) -> Store:
    """Open `memory:`, `sqlite:///path`, a plain path (a file that isn't there is made) or `postgresql://host/database`.

    Of a SQLite URL everything after the third slash is the path: `sqlite:////var/lib/runs.db` is an absolute one.
    A PostgreSQL URL means what it means to libpq, parameters such as `sslmode` included; a driver that is named in
    it (`postgresql+asyncpg://`) makes no difference.

    `patience` is how many seconds to wait for other processes that hold the store, and for a server that is away.
    `connections` is how many runs can be changed at the same moment on PostgreSQL; others wait for their turn.

    Raises:
        OperatorError: `store_unavailable`, `store_corrupt`, `store_locked`, `store_newer`, `missing_extra`.
        UsageError: `store_url`, the URL names no kind of store that is known.
    """
    if url == "memory:":
        return MemoryStore()
    if _POSTGRESQL.match(url):
        return await _open_postgresql(url, patience, connections)
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


async def _open_postgresql(url: str, patience: float, connections: int) -> Store:
    for module in ("asyncpg", "greenlet"):
        if find_spec(module) is None:
            raise OperatorError(
                f"a store on PostgreSQL needs the extra `postgres`: module `{module}` is missing",
                code="missing_extra",
                hint="pip install 'dmnroute[postgres]'",
            )
    from dmnroute.store.sql.postgres import PostgresDatabase
    from dmnroute.store.sql.store import SqlStore

    dsn = _POSTGRESQL.sub("postgresql://", url, count=1)
    return SqlStore(await PostgresDatabase.open(dsn, _shown(dsn), patience=patience, connections=connections))


def _shown(dsn: str) -> str:
    """A URL without user, password and parameters, however they are written."""
    address = dsn.removeprefix("postgresql://").rpartition("@")[2]
    known = _ADDRESS.match(address)
    return f"postgresql://{known[0] if known else ''}"


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
        hint="write `memory:`, `sqlite:///runs.db`, the path of a file, or `postgresql://host/database`",
    )
