"""Watch in the store what others drive: at a terminal a run on Zeebe looks like one on the local engine."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from dmnroute.agents.holding import held_by
from dmnroute.errors import OperatorError
from dmnroute.router.engine import Listener
from dmnroute.router.turn import Turn
from dmnroute.routing.history import History
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import ENDED, RunState, RunStatus

LOOK = 0.1
"""Seconds between two looks into the store."""

RESTING: frozenset[RunStatus] = ENDED | {"stopped"}


async def watch(run: str, store: Store, listener: Listener, *, patient: bool) -> RunStatus:
    """Tell each hop that others decide, until the run rests."""
    told = 0
    while True:
        state, history = await store.state(run), await store.history(run)
        if state is None or history is None:
            raise OperatorError(f"unknown run `{run}`", code="unknown_run", hint="`dmnroute runs` lists them")
        for turn in _turns(history, state, after=told):
            listener(run, turn)
        told = len(history.hops)
        if state.status in RESTING:
            listener(run, Turn(history, state.status, stop=state.stop, result=state.result))
            return state.status
        if not patient and (state.status == "escalated" or await held_by(store, state) is not None):
            return state.status
        await asyncio.sleep(LOOK)


def _turns(history: History, state: RunState, *, after: int) -> list[Turn]:
    """What the engine would have told after each hop that is new."""
    return [
        Turn(replace(history, hops=history.hops[:number]), state.status, new=True)
        for number in range(after + 1, len(history.hops) + 1)
    ]
