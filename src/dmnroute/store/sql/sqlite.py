"""SQLite: one writer and a few readers, each connection on a thread of its own.

A statement takes microseconds, a change of threads takes many times that: so a whole transaction runs on a thread,
not every statement by itself, as it would through an asynchronous driver.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy import event as hook
from sqlalchemy.exc import OperationalError

from dmnroute.errors import OperatorError
from dmnroute.store.migrations import current, upgrade
from dmnroute.store.rows import Row
from dmnroute.store.sql import events
from dmnroute.store.sql.database import Transaction, Written
from dmnroute.store.sql.translation import UNAVAILABLE, is_locked, store_error, translated

T = TypeVar("T")

READERS = 4
OLDEST = (3, 35, 0)
"""The first SQLite with RETURNING."""


class SqliteDatabase:
    """A file, opened with `open`; it works beside other processes that have it open."""

    def __init__(self, path: Path, *, patience: float) -> None:
        self._name = str(path)
        self._patience = patience
        self._reading = _engine(path, begin="BEGIN", connections=READERS)
        self._writing = _engine(path, begin="BEGIN IMMEDIATE", connections=1)
        self._writer = _Writer(self._writing, patience)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="dmnroute-store-reader")
        self._writer_thread = ThreadPoolExecutor(1, thread_name_prefix="dmnroute-store-writer")
        self._turn = asyncio.Lock()
        self._closed = False

    @classmethod
    async def open(cls, path: Path, *, patience: float) -> SqliteDatabase:
        """Open a file, or make it; `patience` is how many seconds to wait for other processes.

        Raises OperatorError: `store_unavailable`, `store_corrupt`, `store_locked`, `store_newer`.
        """
        if sqlite3.sqlite_version_info < OLDEST:
            raise store_error(UNAVAILABLE, str(path), f"SQLite {sqlite3.sqlite_version} is older than 3.35")
        database = cls(path, patience=patience)
        try:
            await database._in_writer(database._prepare)
        except BaseException:
            await database.close()
            raise
        return database

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._on(self._readers, partial(_patiently, partial(self._read, work), self._patience))

    async def read_at_once(self, work: Callable[[Connection], T]) -> T:
        return await self.read(work)

    async def write(self, work: Callable[[Connection], Written[T]], *, run: str = "") -> T:
        async with self._turn:
            return await self._in_writer(partial(self._writer.whole, partial(_written, work)))

    @asynccontextmanager
    async def transaction(self, run: str) -> AsyncIterator[Transaction]:
        async with self._turn:
            transaction = _Transaction(partial(self._on, self._writer_thread), self._writer)
            try:
                yield transaction
                await self._in_writer(transaction.end)
            except BaseException:
                # Queued behind whatever still runs there, and waited for even when this task is cancelled:
                # nobody else may come into the open transaction.
                await asyncio.shield(asyncio.wrap_future(self._writer_thread.submit(self._writer.rollback)))
                raise

    async def close(self) -> None:
        if self._closed:
            return
        async with self._turn:
            self._closed = True
            await asyncio.to_thread(self._shut_down)

    def _shut_down(self) -> None:
        self._readers.shutdown()
        self._writer_thread.shutdown()
        self._reading.dispose()
        self._writing.dispose()

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._reading.begin() as connection:
            return work(connection)

    def _prepare(self) -> None:
        """Switch to the write-ahead log, which stays with the file, and bring the tables up to date."""
        _patiently(self._write_ahead, self._patience)
        if not _patiently(partial(self._read, partial(current, store=self._name)), self._patience):
            self._writer.whole(partial(upgrade, store=self._name))

    def _write_ahead(self) -> None:
        with closing(self._writing.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA journal_mode = WAL")

    async def _in_writer(self, work: Callable[[], T]) -> T:
        return await self._on(self._writer_thread, work)

    async def _on(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        if self._closed:
            raise OperatorError(f"store `{self._name}` is closed", code="store_closed")
        with translated(self._name):
            return await asyncio.get_running_loop().run_in_executor(threads, work)


class _Transaction:
    """The transaction that is open on the writer's thread; it begins with its first work."""

    def __init__(self, on_writer: Callable[[Callable[[], Any]], Any], writer: _Writer) -> None:
        self._failed = False
        self._events: Sequence[Row] = ()
        self._on_writer = on_writer
        self._writer = writer

    async def run(self, work: Callable[[Connection], T]) -> T:
        self._failed = True
        result: T = await self._on_writer(partial(self._writer.run, work))
        self._failed = False
        return result

    def tell(self, events: Sequence[Row]) -> None:
        self._events = events

    def end(self) -> None:
        """Commit, on the writer's thread."""
        if self._failed:
            self._writer.rollback()
            return
        if self._events:
            self._writer.run(partial(events.add, values=self._events))
        self._writer.commit()


class _Writer:
    """The one connection that writes; used on its thread only."""

    def __init__(self, engine: Engine, patience: float) -> None:
        self._engine = engine
        self._patience = patience
        self._connection: Connection | None = None

    def whole(self, work: Callable[[Connection], T]) -> T:
        """A transaction from begin to commit."""
        try:
            result = self.run(work)
            self.commit()
        finally:
            self.rollback()
        return result

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do some work in the open transaction; begin one when there is none."""
        if self._connection is None:
            self._connection = _patiently(self._begin, self._patience)
        return work(self._connection)

    def commit(self) -> None:
        if self._connection is not None:
            self._connection.commit()
            self.rollback()

    def rollback(self) -> None:
        """Give up what isn't committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _begin(self) -> Connection:
        connection = self._engine.connect()
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        return connection


def _written(work: Callable[[Connection], Written[T]], connection: Connection) -> T:
    written = work(connection)
    events.add(connection, written.events)
    return written.result


def _engine(path: Path, *, begin: str, connections: int) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        # Without an isolation level the driver leaves BEGIN to us; it would begin late, and without the write lock.
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": 0},
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
    )
    hook.listen(engine, "connect", _connected)
    hook.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _connected(connection: sqlite3.Connection, record: object) -> None:
    # With a write-ahead log, NORMAL is safe when a process is killed; only a power cut may lose the last commits.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _patiently(action: Callable[[], T], patience: float) -> T:
    """Try again while another process is in the way, at most so many seconds.

    SQLite's own waiting sleeps up to 0.1 s between looks; these pauses are short, and differ between processes.
    """
    end, pause = time.monotonic() + patience, 0.0005
    while True:
        try:
            return action()
        except (OperationalError, sqlite3.OperationalError) as error:
            if not is_locked(error) or time.monotonic() > end:
                raise
        time.sleep(pause * random.uniform(0.5, 1.5))
        pause = min(pause * 2, 0.02)
