"""Tell the store which agents this process has, with their schemas: the console and other processes see them there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from dmnroute.agents.registry import Registry
from dmnroute.errors import DmnrouteError
from dmnroute.routing.canonical import plain
from dmnroute.routing.ports.agents import KnownAgent
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.store import Store

log = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds between two heartbeats."""


async def tell_presence(registry: Registry, store: Store, clock: Clock) -> None:
    """Say that the agents are here, unless that was said a moment ago: short commands needn't write."""
    now, schemas = clock.now(), registry.schemas()
    mine = [KnownAgent(name, agent.version, plain(schemas[name]), now) for name, agent in registry.agents.items()]
    known = {(agent.name, agent.version): agent for agent in await store.agents()}
    if not all(_is_told(agent, known.get((agent.name, agent.version))) for agent in mine):
        await store.see(mine)


def _is_told(agent: KnownAgent, known: KnownAgent | None) -> bool:
    if known is None or known.schemas != agent.schemas:
        return False
    return agent.seen - known.seen < timedelta(seconds=EVERY)


@asynccontextmanager
async def present(registry: Registry, store: Store, clock: Clock) -> AsyncIterator[None]:
    """Tell it again and again while the body runs. A store that is away for a moment keeps nobody from working."""
    beating = asyncio.create_task(_beat(registry, store, clock))
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


async def _beat(registry: Registry, store: Store, clock: Clock) -> None:
    while registry.agents:
        try:
            await tell_presence(registry, store, clock)
        except DmnrouteError as error:
            log.warning("agents not told: %s", error.message)
        await asyncio.sleep(EVERY)
