"""Transactions on PostgreSQL that know what became of them when the connection is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dmnroute.errors import OperatorError
from dmnroute.store.rows import Row
from dmnroute.store.sql import events
from dmnroute.store.sql.postgres_errors import is_passing
from dmnroute.store.sql.translation import UNAVAILABLE

T = TypeVar("T")

WasCommitted = Callable[[str], Awaitable[bool]]


class Again(Protocol):
    """Do something again while it fails for reasons that pass."""

    async def __call__(self, action: Callable[[], Awaitable[T]]) -> T: ...


class Session:
    """One connection with one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def begin(cls, engine: AsyncEngine) -> AsyncIterator[Session]:
        """Rolled back at the end, unless committed."""
        async with engine.connect() as connection:
            yield cls(connection)

    async def run(self, work: Callable[[Connection], T]) -> T:
        try:
            return await self._connection.run_sync(work)
        except OSError:
            # No answer of the server: nobody knows what state the connection is in.
            await self._connection.invalidate()
            raise

    async def commit(self, told: Sequence[Row], *, was_committed: WasCommitted) -> None:
        """Add the events and commit. A commit that isn't answered is looked up: it has failed only when it did."""
        transaction = await self.run(lambda connection: events.add_side_by_side(connection, told)) if told else None
        try:
            await self.run(Connection.commit)
        except Exception as error:
            if transaction is None or not is_passing(error) or not await was_committed(transaction):
                raise


class Repeatable:
    """A transaction of several pieces of work.

    When the connection is lost between them, they are done again on another one: whoever gave them has seen what they
    answered, so they must answer the same.
    """

    def __init__(self, engine: AsyncEngine, again: Again, was_committed: WasCommitted) -> None:
        self._engine = engine
        self._again = again
        self._was_committed = was_committed
        self._done: list[tuple[Callable[[Connection], Any], Any]] = []
        self._failed = False
        self._events: Sequence[Row] = ()
        self._session: Session | None = None
        self._open = AsyncExitStack()

    async def run(self, work: Callable[[Connection], T]) -> T:
        async def once() -> T:
            return await self._in_session(lambda session: session.run(work))

        self._failed = True
        answer = await self._again(once)
        self._failed = False
        self._done.append((work, answer))
        return answer

    def tell(self, events: Sequence[Row]) -> None:
        self._events = events

    async def commit(self) -> None:
        async def commit(session: Session) -> None:
            await session.commit(self._events, was_committed=self._was_committed)

        if not self._failed and self._done:
            await self._again(lambda: self._in_session(commit))

    async def leave(self) -> None:
        """Roll back what isn't committed."""
        self._session = None
        await self._open.aclose()

    async def _in_session(self, action: Callable[[Session], Awaitable[T]]) -> T:
        try:
            return await action(self._session or await self._begin())
        except Exception as error:
            if is_passing(error):
                await self.leave()
            raise

    async def _begin(self) -> Session:
        self._session = await self._open.enter_async_context(Session.begin(self._engine))
        for work, answer in self._done:
            if await self._session.run(work) != answer:
                raise OperatorError(
                    "the connection to the store was lost, and the run was changed meanwhile: nothing was written",
                    code=UNAVAILABLE,
                    hint="do the same again",
                )
        return self._session
