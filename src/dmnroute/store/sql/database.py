"""What the SQL store needs of a database: to run work in transactions, without blocking the event loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection

from dmnroute.store.rows import Row

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """What a piece of work answers, and the events that tell of it: a database adds them right before the commit."""

    result: T
    events: Sequence[Row] = ()


class Transaction(Protocol):
    """An open transaction."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do some work in the transaction."""
        ...

    def tell(self, events: Sequence[Row]) -> None:
        """Add these events at the end."""
        ...


class Database(Protocol):
    """Errors of the driver leave it as OperatorError.

    A database may do a piece of work again, in another transaction, when the one it began can't be carried out.
    """

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do some work that changes nothing; what each query finds was committed before it."""
        ...

    async def read_at_once(self, work: Callable[[Connection], T]) -> T:
        """Do some work that changes nothing, on one snapshot."""
        ...

    async def write(self, work: Callable[[Connection], Written[T]], *, run: str = "") -> T:
        """Do some work in a transaction of its own; work that changes the same run takes turns."""
        ...

    def transaction(self, run: str) -> AbstractAsyncContextManager[Transaction]:
        """Keep a transaction on a run open: committed when it is left in peace, else rolled back."""
        ...

    async def close(self) -> None:
        """Give back connections, threads and files."""
        ...
