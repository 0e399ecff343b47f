"""Start runs on the broker, and watch them in the store: for a person at a terminal, the same as the local engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field, replace

from dmnroute.errors import OperatorError
from dmnroute.router.crowd import drive_all
from dmnroute.router.router import Router
from dmnroute.router.turn import Turn
from dmnroute.routing.history import History
from dmnroute.routing.records import ENDED, RunState, RunStatus
from dmnroute.zeebe.contract import START_MESSAGE
from dmnroute.zeebe.gateway import Gateway

LOOK = 0.1
"""Seconds between two looks into the store."""

RESTING: frozenset[RunStatus] = ENDED | {"stopped"}

Listener = Callable[[str, Turn], None]


@dataclass(frozen=True, slots=True)
class ZeebeDriver:
    """Has runs driven by a router and workers elsewhere; only watches."""

    router: Router
    gateway: Gateway
    listener: Listener = field(default=lambda run, turn: None)

    async def drive(self, run: str, *, patient: bool = False) -> RunStatus:
        """Start a run that no process instance has yet, and watch it until it rests.

        A message with the run's id starts no second instance beside a live one, so this may be repeated.
        """
        state = await self._state(run)
        if state.run.process_instance is None and state.hop == 0:
            start = {"runId": run, "policy": state.run.policy, "input": state.run.input, "tags": state.run.tags}
            await self.gateway.publish(START_MESSAGE, run, start, life=0, message_id=f"start:{run}")
        return await self._watch(run, patient=patient)

    def drive_all(self, runs: Iterable[str], *, at_once: int) -> AsyncIterator[tuple[str, RunStatus]]:
        """Drive many runs, so many at once; tells each as it comes to rest."""
        return drive_all(self.drive, runs, at_once=at_once)

    async def _watch(self, run: str, *, patient: bool) -> RunStatus:
        told = 0
        while True:
            state, history = await self._state(run), await self.router.store.history(run)
            assert history is not None
            for turn in _turns(history, state, after=told):
                self.listener(run, turn)
            told = len(history.hops)
            if state.status in RESTING or (state.status == "escalated" and not patient):
                if state.status in RESTING:
                    self.listener(run, Turn(history, state.status, stop=state.stop, result=state.result))
                return state.status
            await asyncio.sleep(LOOK)

    async def _state(self, run: str) -> RunState:
        state = await self.router.store.state(run)
        if state is None:
            raise OperatorError(f"unknown run `{run}`", code="unknown_run", hint="`dmnroute runs` lists them")
        return state


def _turns(history: History, state: RunState, *, after: int) -> list[Turn]:
    """What the engine would have told after each hop that is new."""
    return [
        Turn(replace(history, hops=history.hops[:number]), state.status, new=True)
        for number in range(after + 1, len(history.hops) + 1)
    ]
