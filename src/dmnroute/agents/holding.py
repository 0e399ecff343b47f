"""What engines, routers and agents ask the store of pauses."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime

from dmnroute.routing.awaiting import Awaited, awaited
from dmnroute.routing.history import History
from dmnroute.routing.pauses import Holds, Pause, keys_over, lineage, pause_key
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import ENDED, RunState
from dmnroute.routing.records.step import PlannedStep

LOOK = 0.25
"""Seconds between two looks whether a pause was lifted."""


async def holds_over(
    store: Store, run: str, tenant: str, *, since: datetime | None = None, agents: Collection[str] = ()
) -> Holds:
    """The pauses that concern a run and these agents; with `since` also those that were lifted after it."""
    over = keys_over(run, tenant)
    pauses = await store.pauses(over={*over, *(pause_key("agent", agent) for agent in agents)}, since=since)
    released = None
    if any(pause.scope in ("tenant", "all") for pause in pauses):
        top = await store.state(lineage(run)[-1])
        released = top.released if top else None
    return Holds(over, tuple(pauses), released)


async def held_by(store: Store, state: RunState) -> Pause | None:
    """The pause that a run was held by when somebody looked last, if it still holds."""
    if state.held is None or state.status in ENDED:
        return None
    scope, _, name = state.held.partition(":")
    agents = [name] if scope == "agent" else []
    return (await holds_over(store, state.run.id, state.run.tenant, agents=agents)).under(state.held)


async def timers_now(store: Store, clock: Clock, history: History) -> datetime:
    """What the timers of a run's latest hop show: they may stand while it is paused."""
    now, run = clock.now(), history.run
    return (await holds_over(store, run.id, run.tenant, since=run.started)).timers(history, now)


async def awaited_now(store: Store, clock: Clock, history: History) -> Awaited | None:
    """What a run waits for; the time for which its timers stood still comes on top of how long it waits."""
    now = await timers_now(store, clock, history)
    waits = awaited(history, now=now)
    if waits is None or waits.until is None:
        return waits
    return waits.model_copy(update={"until": waits.until + (clock.now() - now)})


async def until_free(store: Store | None, step: PlannedStep) -> None:
    """Return when nothing holds a step that was sent and hasn't begun: its run, its tenant, its agent, everything."""
    agent = step.type.removeprefix("agent.")
    while store is not None:
        holds = await holds_over(store, step.run, step.tenant, agents=[agent])
        if holds.pause is None and not holds.paused_agents():
            return
        await asyncio.sleep(LOOK)  # real time: whoever lifts a pause moves no clock
