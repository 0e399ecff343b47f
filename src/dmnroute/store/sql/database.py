"""What the SQL store needs of a database: to run work in transactions, without blocking the event loop."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")


class Transaction(Protocol):
    """An open transaction."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do some work in the transaction."""
        ...


class Database(Protocol):
    """Errors of the driver leave it as OperatorError."""

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do some work that changes nothing, on one snapshot."""
        ...

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do some work in a transaction of its own."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Keep a transaction open: committed when it is left in peace, else rolled back."""
        ...

    async def close(self) -> None:
        """Give back connections, threads and files."""
        ...
