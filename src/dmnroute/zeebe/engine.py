"""What people and apps ask of runs on Zeebe: start, signal, answer, retry, cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from dmnroute.errors import OperatorError
from dmnroute.router.controls import SOMEBODY, unknown_run
from dmnroute.router.engine import Listener
from dmnroute.router.router import Router
from dmnroute.router.steering import Wish
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.hop import OnInput
from dmnroute.routing.records.run import ENDED, RunState, RunStatus
from dmnroute.zeebe.contract import CANCEL_MESSAGE, PROCESS, ROUTE, START_MESSAGE, WAKE_MESSAGE
from dmnroute.zeebe.gateway import Gateway
from dmnroute.zeebe.policy_process import start_message
from dmnroute.zeebe.watching import LOOK, watch

START_AGAIN = 3.0
"""Seconds until a run that no router has taken is started once more."""


@dataclass(frozen=True, slots=True)
class ZeebeEngine:
    """Writes into the store first, then tells the broker: what got lost in between is told again by a repetition.

    Where no broker is, they say so soon: OperatorError `broker_unavailable`.
    """

    router: Router
    gateway: Gateway
    listener: Listener = field(default=lambda run, turn: None)

    async def drive(self, run: str, *, patient: bool = False) -> RunStatus:
        """Start a run that no process instance has yet, and watch it until it rests."""
        await self._have_started(run)
        return await watch(run, self.router.store, self.listener, patient=patient)

    async def _have_started(self, run: str) -> None:
        """Start the run again and again until a router takes it: before the first router nothing is deployed.

        A message with the run's id starts no second instance beside a live one.
        """
        state = await self._state(run)
        own = await self.router.policies.process(state.run.policy) if _is_new(state) else None
        message = START_MESSAGE if own is None else start_message(state.run.policy)
        while _is_new(state):
            await self.gateway.reach()
            start = {"runId": run, "policy": state.run.policy, "input": state.run.input, "tags": state.run.tags}
            await self.gateway.publish(message, run, start, life=0)
            with suppress(TimeoutError):
                async with asyncio.timeout(START_AGAIN):
                    while _is_new(state):
                        await asyncio.sleep(LOOK)
                        state = await self._state(run)

    async def start(
        self, policy: str, *, run: str | None, input: Mapping[str, Any], tags: Mapping[str, str] | None = None
    ) -> str:
        """Start a process instance as any client does; answers its key. Its first job makes the run."""
        variables = {"policy": policy, "input": dict(input), "tags": dict(tags or {})}
        process = await self.router.policies.process(policy) or PROCESS
        return await self.gateway.create_instance(process, variables | ({"runId": run} if run else {}))

    async def signal(self, run: str, name: str, payload: Any = None, *, key: str | None = None) -> None:
        """Tell a run something from outside. Raises OperatorError `unknown_run`, `run_ended`."""
        await self.gateway.reach()
        await self.router.controls.signal(run, name, payload, key=key)
        await self.gateway.publish(WAKE_MESSAGE, run)

    async def input(
        self, run: str, given: Mapping[str, Any], *, who: str = SOMEBODY, why: str | None = None, key: str | None = None
    ) -> OnInput:
        """Give a run input while it goes on."""
        await self.gateway.reach()
        becomes = await self.router.controls.input(run, given, who=who, why=why, key=key)
        if becomes == "queue":
            return becomes
        await end_unwanted(run, self.router, self.gateway)
        if (await self._state(run)).status == "stopped":
            await self.retry(run)
        else:
            await self.gateway.publish(WAKE_MESSAGE, run)
        return becomes

    async def answer(self, run: str, answer: Mapping[str, Any], *, question: str | None = None) -> None:
        """Answer an escalation."""
        await self.gateway.reach()
        await self.router.controls.answer(run, answer, question=question)
        await self.gateway.publish(WAKE_MESSAGE, run)

    async def retry(self, run: str) -> None:
        """Let a stopped run go on with the policy as it is now: its Route element is activated anew.

        Raises:
            OperatorError: `unknown_run`, `not_stopped`, or `instance_gone`.
        """
        await self.gateway.reach()
        state = await self._state(run)
        instance, stop = state.run.process_instance, state.stop
        if state.status != "stopped" or stop is None or stop.element_instance is None or instance is None:
            raise OperatorError(f"run `{run}` isn't stopped; it is {state.status}", code="not_stopped")
        if not await self.gateway.activate_anew(instance, ROUTE, stop.element_instance):
            raise OperatorError(
                f"run `{run}`: nothing of process instance {instance} waits for a retry",
                code="instance_gone",
                hint="it was cancelled, or retried in Operate a moment ago: `dmnroute show` tells",
            )

    async def cancel(self, run: str, *, who: str = SOMEBODY, why: str | None = None) -> None:
        """End a run and its process instance, which goes on until everything is undone that can be."""
        # An instance that isn't told ends by itself: its next route job finds the run ended.
        ended = await self.router.controls.cancel(run, who=who, why=why)
        state = await self._state(run)
        if state.run.process_instance is None:
            return
        await self.gateway.reach()
        if state.status in ENDED:
            await self.gateway.cancel_instance(state.run.process_instance)
            return
        for step in ended:
            await self.gateway.publish(CANCEL_MESSAGE, step)
        await self._look_again(run)

    async def _look_again(self, run: str) -> None:
        """Have a run and its open child runs looked at: one that waits is woken, a stopped one is tried anew."""
        state, history = await self.router.store.state(run), await self.router.store.history(run)
        if state is None or history is None or state.status in ENDED:
            return
        if state.status == "stopped":
            await self.retry(run)
        else:
            await self.gateway.publish(WAKE_MESSAGE, run)
        for step in history.last.missing() if history.last else ():
            await self._look_again(step)

    async def look(self, run: str) -> None:
        """Wake a run that was held."""
        if (await self._state(run)).run.process_instance is not None:
            await self.gateway.reach()
            await self.gateway.publish(WAKE_MESSAGE, run)

    async def cancel_step(self, step: str) -> None:
        """End one step that is under way; the other steps of its hop go on. Raises OperatorError `unknown_step`."""
        await self.gateway.reach()
        await self.router.controls.cancel_step(step)
        await self.gateway.publish(CANCEL_MESSAGE, step)

    async def steer(self, run: str, wishes: Sequence[Wish], *, who: str, why: str | None = None) -> None:
        """Change an open run: its wait is woken, a stopped one tried anew, and steps that ended end there, too."""
        await self.gateway.reach()
        ended = await self.router.steering.steer(run, wishes, who=who, why=why)
        for step in ended:
            await self.gateway.publish(CANCEL_MESSAGE, step)
        await end_unwanted(run, self.router, self.gateway)
        if (await self._state(run)).status == "stopped":
            await self.retry(run)
        else:
            await self.gateway.publish(WAKE_MESSAGE, run)

    async def _state(self, run: str) -> RunState:
        state = await self.router.store.state(run)
        if state is None:
            raise unknown_run(run)
        return state


async def end_unwanted(run: str, router: Router, gateway: Gateway) -> None:
    """End the steps that go on though their hop is over: the broker counts neither what people gave nor input."""
    history = await router.store.history(run)
    end = hop_end(history, now=router.clock.now()) if history and history.last else None
    for step in end.cancelled if end else ():
        await gateway.publish(CANCEL_MESSAGE, step)


def _is_new(state: RunState) -> bool:
    """Whether nobody has taken the run yet."""
    return state.is_new and state.status == "running"
