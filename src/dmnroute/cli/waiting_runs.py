"""The runs that wait, with what each waits for."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from dmnroute.agents.holding import awaited_now
from dmnroute.routing.awaiting import Awaited

if TYPE_CHECKING:
    from dmnroute.routing.ports.clock import Clock
    from dmnroute.routing.ports.store import Store
    from dmnroute.routing.records.run import RunStatus

WAITING: tuple[RunStatus, ...] = ("waiting", "escalated")
ASKING: tuple[RunStatus, ...] = ("escalated",)
"""Runs that wait for people."""


async def waiting_runs(
    store: Store,
    *,
    clock: Clock,
    statuses: Collection[RunStatus] = WAITING,
    policy: str | None = None,
    tags: dict[str, str] | None = None,
    limit: int | None = None,
) -> list[Awaited]:
    """What runs wait for, the longest wait first."""
    found: list[Awaited] = []
    for state in await store.states(statuses=statuses, policy=policy, tags=tags, limit=limit):
        history = await store.history(state.run.id)
        waits = await awaited_now(store, clock, history) if history else None
        if waits is not None:
            found.append(waits)
    return sorted(found, key=lambda each: (each.since, each.run))
