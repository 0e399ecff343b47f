"""Where circuit breakers are kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from dmnroute.routing.breakers import Breaker


class BreakerStore(Protocol):
    """Circuit breakers that all processes share."""

    async def breakers(self, names: Collection[str] | None = None) -> dict[str, Breaker]:
        """The breakers of these names that are kept, or all of them, by name.

        Whatever keeps the outcome of a step has the breakers before it count it, in the same write.
        """
        ...

    async def open_breaker(
        self, name: str, *, who: str, why: str | None, at: datetime, until: datetime | None = None
    ) -> Breaker:
        """Open a breaker by hand, until a time or until somebody closes it."""
        ...

    async def close_breaker(self, name: str, *, who: str, why: str | None, at: datetime) -> Breaker:
        """Close a breaker by hand; its rule may open it again."""
        ...
