"""PostgreSQL: a run is held by locking its row, so runs don't wait for each other.

Connections come from two pools, for writing and for reading: whoever holds a run can always read. When the server goes
away, or gives up a transaction, the same work is done again on another connection, as long as patience lasts.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from dmnroute.errors import OperatorError
from dmnroute.store.migrations import current, upgrade
from dmnroute.store.sql.database import Transaction, Written
from dmnroute.store.sql.postgres_errors import is_passing, is_unknown_host, translated, unavailable, unreadable_url
from dmnroute.store.sql.postgres_session import Repeatable, Session
from dmnroute.store.sql.turns import Turns

T = TypeVar("T")

READERS = 5
OLDEST = (13, 0)
"""The first PostgreSQL that tells what became of a transaction by its whole number."""

ANSWER_TIMEOUT = 60.0
"""Seconds after which a server that doesn't answer counts as lost."""

POOL_TIMEOUT = 300.0
"""Seconds to wait for one of our own connections: a crowd may be long, but tasks that wait for each other must end."""

_SETTINGS = {
    "application_name": "dmnroute",
    "jit": "off",  # compiling takes longer than any of our statements
    # A client that stands still, or vanished without a word, must not hold a run for ever.
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_LOCK_WAIT = 0.5
"""Seconds to wait for a lock in one go. Then the connection is given back, for others to use, before the next try."""

_MIGRATING = int.from_bytes(b"dmnroute") + 1


class PostgresDatabase:
    """A database, opened with `open`; it works beside other processes that use it."""

    def __init__(self, url: str, name: str, *, patience: float, connections: int) -> None:
        self._url = url
        self._name = name
        self._patience = patience
        wait = max(min(_LOCK_WAIT, patience / 2), 0.01)
        self._settings = _SETTINGS | {"lock_timeout": f"{wait * 1000:.0f}ms"}
        self._writing = self._engine(pool_size=connections, max_overflow=0, pool_timeout=POOL_TIMEOUT)
        reading = self._engine(pool_size=READERS, max_overflow=0, pool_timeout=POOL_TIMEOUT)
        self._reading = reading.execution_options(isolation_level="AUTOCOMMIT")
        self._snapshots = reading.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._turns = Turns()
        self._closed = False

    @classmethod
    async def open(cls, url: str, name: str, *, patience: float, connections: int) -> PostgresDatabase:
        """Open a database, and bring its tables up to date.

        `patience` is how many seconds to wait for other processes, and for a server that is away for a while.

        Raises OperatorError: `store_unavailable`, `store_locked`, `store_newer`.
        """
        database = cls(url, name, patience=patience, connections=connections)
        try:
            with translated(name):
                await database._again(database._prepare, unless=is_unknown_host)
        except BaseException:
            await database.close()
            raise
        return database

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._work(partial(_read, self._reading, work))

    async def read_at_once(self, work: Callable[[Connection], T]) -> T:
        return await self._work(partial(_read, self._snapshots, work))

    async def write(self, work: Callable[[Connection], Written[T]], *, run: str = "") -> T:
        async def once() -> T:
            async with Session.begin(self._writing) as session:
                written = await session.run(work)
                await session.commit(written.events, was_committed=self._was_committed)
            return written.result

        async with self._turns.of(run):
            return await self._work(once)

    @asynccontextmanager
    async def transaction(self, run: str) -> AsyncIterator[Transaction]:
        async with self._turns.of(run):
            transaction = Repeatable(self._writing, self._work, self._was_committed)
            try:
                yield transaction
                await transaction.commit()
            finally:
                await transaction.leave()

    async def close(self) -> None:
        self._closed = True
        await self._writing.dispose()
        await self._reading.dispose()

    async def _work(self, action: Callable[[], Awaitable[T]]) -> T:
        if self._closed:
            raise OperatorError(f"store `{self._name}` is closed", code="store_closed")
        with translated(self._name):
            return await self._again(action)

    async def _again(
        self, action: Callable[[], Awaitable[T]], *, unless: Callable[[BaseException], bool] = lambda error: False
    ) -> T:
        """Try again what may succeed a moment later; others, who had the same trouble, try at other moments."""
        end, pause = math.inf, 0.02
        while True:
            try:
                return await action()
            except Exception as error:
                if not is_passing(error) or unless(error) or time.monotonic() > end:
                    raise
            # Patience begins with the trouble, not with the waiting for a connection.
            end = min(end, time.monotonic() + self._patience)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, 1.0)

    async def _was_committed(self, transaction: str) -> bool:
        """What became of a transaction whose commit wasn't answered."""
        status = text("SELECT pg_xact_status(CAST(CAST(:xid AS text) AS xid8))").bindparams(xid=transaction)

        async def ask() -> bool:
            answer = await _read(self._reading, lambda connection: connection.scalar(status))
            if answer == "in progress":
                raise ConnectionError("a transaction that was committed is still in progress")
            return bool(answer == "committed")

        return await self._again(ask)

    async def _prepare(self) -> None:
        # Not from the pools: migrating may take long, and changes what a connection knows of the tables.
        engine = self._engine(pool_size=1, answer_timeout=None)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(self._bring_up_to_date)
        finally:
            await engine.dispose()

    def _bring_up_to_date(self, connection: Connection) -> None:
        if (connection.dialect.server_version_info or (0,)) < OLDEST:
            raise unavailable(self._name, f"it is older than PostgreSQL {OLDEST[0]}")
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise unavailable(self._name, f"its encoding is {encoding}, not UTF8")
        if not current(connection, self._name):
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATING})"))
            upgrade(connection, self._name)

    def _engine(self, *, answer_timeout: float | None = ANSWER_TIMEOUT, **pool: Any) -> AsyncEngine:
        async def connect() -> asyncpg.Connection:
            try:
                return await asyncpg.connect(
                    self._url, timeout=10, command_timeout=answer_timeout, server_settings=self._settings
                )
            except (ValueError, asyncpg.exceptions.ClientConfigurationError):
                # Without a cause: what the driver says may hold the password.
                raise unreadable_url() from None

        # Whatever the URL says, the driver reads it: so it means what it means to every other program.
        return create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            hide_parameters=True,
            json_serializer=_as_it_is,
            json_deserializer=_as_it_is,
            **pool,
        )


async def _read(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    async with Session.begin(engine) as session:
        return await session.run(work)


def _as_it_is(text: str) -> str:
    return text
