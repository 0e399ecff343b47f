"""Call the broker again when it says "not now": bounded, exponential, with jitter."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

import grpc

from dmnroute.errors import OperatorError

T = TypeVar("T")

NOT_NOW = frozenset(
    {
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.ABORTED,
    }
)
"""Back-pressure, a broker that is away or electing a leader, and connections that broke on the way."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often, and how long between two tries. Delays double up to the longest; half of each is drawn."""

    first: float = 0.05
    longest: float = 5.0
    patience: float = 120.0
    """Seconds after which the call is given up."""
    random: Random = field(default_factory=Random)

    async def call(self, what: str, attempt: Callable[[], Awaitable[T]]) -> T:
        """The answer of the first attempt that isn't told "not now".

        Raises:
            OperatorError: `broker_unavailable`, when patience ran out.
            grpc.aio.AioRpcError: any other refusal of the broker.
        """
        now = asyncio.get_running_loop().time
        delay, until = self.first, now() + self.patience
        while True:
            try:
                return await attempt()
            except grpc.aio.AioRpcError as error:
                if error.code() not in NOT_NOW:
                    raise
                if now() >= until:
                    raise OperatorError(
                        f"the broker can't {what}: {error.code().name.lower()}, {error.details()}",
                        code="broker_unavailable",
                        hint="is it running? `dmnroute broker status` tells about a local one",
                    ) from error
            await asyncio.sleep(delay * (0.5 + self.random.random() / 2))
            delay = min(delay * 2, self.longest)
