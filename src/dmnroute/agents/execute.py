"""Run one step: call the agent, and make an outcome of whatever happens."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ValidationError

from dmnroute.agents.declaration import Agent
from dmnroute.agents.failure import AgentFailure
from dmnroute.agents.holding import until_free
from dmnroute.agents.purse import StepPurse
from dmnroute.agents.registry import Registry, describe
from dmnroute.agents.slots import Slots
from dmnroute.agents.step import Progress, Step
from dmnroute.errors import AgentError
from dmnroute.routing.canonical import dumps, plain
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.outcomes import failed, timed_out
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.step import Outcome, PlannedStep, StepError
from dmnroute.routing.retries import has_time, retry_delay
from dmnroute.routing.step_time import dispatched

GRACE = 5.0
"""Seconds that an agent gets to clean up when it is cancelled; then nobody waits for it any more."""

LONGEST_MESSAGE = 2000
"""Characters of an error's message that are kept."""
LARGEST_RESULT = 8_000_000
"""Bytes of an output that are kept; larger ones belong into a file store, and their address into the output."""

Answer = tuple[dict[str, Any] | None, StepError | None]
"""The output, or why there is none."""


@dataclass(slots=True)
class _Attempts:
    """What the attempts of a step have cost so far, the one under way included."""

    number: int
    purse: StepPurse
    sent: datetime | None = None
    """When the step was dispatched, until an agent begins; null where nobody knows."""
    queued: Decimal | None = None
    """Seconds until an agent began with it; null while none has, or when it did at once."""
    cost: Decimal | None = Decimal(0)
    """USD; null as soon as the cost of any attempt is unknown."""
    tokens: int = 0
    calls: int = 0
    handle: Step | None = field(default=None)

    async def open(self) -> None:
        """Begin with what was granted to workers that were lost."""
        await self.purse.open()
        self.cost, self.tokens = self.purse.earlier.cost or Decimal(0), self.purse.earlier.tokens or 0

    def begin(self, now: datetime) -> None:
        """An agent begins, for the first time or once more: what the step has waited for it is known."""
        if self.sent is not None:
            self.queued = max(seconds_between(self.sent, now), Decimal(0)) or None
            self.sent = None

    def end(self, price: Decimal | None, *, ok: bool) -> None:
        """Count the attempt under way, which has ended."""
        if self.handle is not None:
            billed = self.handle.billed(price, ok=ok)
            self.cost = None if billed is None or self.cost is None else self.cost + billed
            self.tokens += self.handle.tokens_used
            self.calls += 1
            self.purse.own.used = max(self.purse.own.used, self.cost or Decimal(0))
        self.handle = None

    def total(self) -> dict[str, Any]:
        """The figures of an outcome; one that comes in the middle of an attempt counts what is known of it."""
        target = self.handle.target if self.handle else None
        known = {} if target is None else {"target": target}
        self.end(None, ok=False)
        return {
            "attempt": self.number,
            "queued": self.queued,
            "cost": self.cost,
            "tokens": self.tokens,
            "calls": max(self.calls, 1),
            **known,
        }


@dataclass(frozen=True, slots=True)
class StepRunner:
    """Runs steps with the agents of a registry; synchronous agents run in the executor's threads."""

    registry: Registry
    clock: Clock
    executor: Executor
    slots: Slots
    store: Store | None = None
    """Where budgets and pauses are; without it only a step's own `max_cost` limits what it spends."""

    async def run(
        self,
        step: PlannedStep,
        *,
        timeout: Decimal | None,
        on_progress: Progress | None = None,
        agent: str | None = None,
    ) -> Outcome:
        """The outcome of a step, after the retries that its policy allows. Never raises but when it is cancelled.

        `timeout` is in seconds from now, the time in the queue and all attempts included. `agent` is the name of the
        agent that stands in for a process.
        """
        found = self.registry.agents.get(agent or step.type.removeprefix("agent."))
        if found is None:
            return failed(step, "no_worker", f"no agent `{step.agent}` is loaded here")
        if found.missing:
            modules = ", ".join(f"`{module}`" for module in found.missing)
            return failed(step, "unavailable", f"agent `{found.name}` needs {modules}, which isn't installed")
        attempts = _Attempts(step.attempt, StepPurse(step, self.store, self.clock), dispatched(step))
        if found.takes_step:
            await attempts.open()
        until = None if timeout is None else self.clock.now() + timedelta(microseconds=int(timeout * 1_000_000))
        work = asyncio.create_task(self._outcome(found, step, attempts, on_progress, until=until))
        return await self._within(timeout, work, step, attempts)

    async def _within(
        self, timeout: Decimal | None, work: asyncio.Task[Outcome], step: PlannedStep, attempts: _Attempts
    ) -> Outcome:
        """Race the work against the timeout."""
        started = self.clock.now()
        timer = None if timeout is None else asyncio.create_task(self.clock.sleep(float(timeout)))
        try:
            await asyncio.wait([task for task in (work, timer) if task], return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            latency = seconds_between(started, self.clock.now())
            await _cancel(work)
            attempts.begin(self.clock.now())  # nobody began: it has waited all the time
            return timed_out(step, latency=latency).model_copy(update=attempts.total())
        finally:
            await _cancel(work, timer)

    async def _outcome(
        self,
        agent: Agent[..., Any],
        step: PlannedStep,
        attempts: _Attempts,
        on_progress: Progress | None,
        *,
        until: datetime | None,
    ) -> Outcome:
        """Try until it goes well, or may not be tried again, or there is no time for it: then the failure stands."""
        while True:
            await until_free(self.store, step)
            outcome = await self._attempt(agent, step, attempts, on_progress)
            delay = retry_delay(step, outcome, attempt=attempts.number)
            if delay is None or _is_cancelled() or not has_time(delay, now=self.clock.now(), until=until):
                return outcome.model_copy(update=attempts.total())
            if not await attempts.purse.may_try_again():
                return outcome.model_copy(update=attempts.total())
            await self.clock.sleep(delay)
            attempts.number += 1

    async def _attempt(
        self, agent: Agent[..., Any], step: PlannedStep, attempts: _Attempts, on_progress: Progress | None
    ) -> Outcome:
        handle = attempts.handle = Step(
            id=step.id,
            agent=agent.name,
            run=step.run,
            attempt=attempts.number,
            max_cost=_left(step.max_cost, attempts.cost),
            on_progress=on_progress,
            purse=attempts.purse,
        )
        started = self.clock.now()
        try:
            output, error = await self._call(agent, step, attempts, handle)
        finally:
            if _is_cancelled():
                handle.cancel()
        attempts.end(agent.cost, ok=error is None)
        return Outcome(
            step=step.id,
            agent=step.agent,
            status="ok" if error is None else "failed",
            confidence=handle.confidence,
            output=output,
            metrics=dict(handle.metrics),
            error=error,
            latency=seconds_between(started, self.clock.now()),
            proposal=list(handle.proposals),
            target=handle.target,
        )

    async def _call(self, agent: Agent[..., Any], step: PlannedStep, attempts: _Attempts, handle: Step) -> Answer:
        """Whatever an agent or its models raise is an outcome that tables can route on."""
        try:
            argument = _valid(agent.input_type, step.input, "schema_input")
            result = await self._invoke(agent, argument, handle, attempts, priority=step.priority)
            return _plain(_valid(agent.output_type, result, "schema_output")), None
        except AgentFailure as failure:
            error = _error(str(failure.kind), str(failure.message), retryable=bool(failure.retryable))
            return None, error.model_copy(update={"retry_after": failure.retry_after})
        except AgentError as error:
            return None, _error(error.code, error.message)
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
            return None, _error("crashed", "CancelledError: something that the agent waited for was cancelled")
        except (Exception, SystemExit) as error:
            return None, _error("crashed", f"{type(error).__name__}: {_said_by(error)}", retryable=True)

    async def _invoke(
        self, agent: Agent[..., Any], argument: BaseModel, handle: Step, attempts: _Attempts, *, priority: int
    ) -> Any:
        arguments = (argument, handle) if agent.takes_step else (argument,)
        if agent.is_async:
            attempts.begin(self.clock.now())
            return await agent.function(*arguments)
        await self.slots.take(priority=priority)
        attempts.begin(self.clock.now())
        try:
            call = self.executor.submit(copy_context().run, _called, agent, arguments)
        except BaseException:
            self.slots.give_back()
            raise
        result = asyncio.wrap_future(call)
        # The slot is that of the thread: an agent that doesn't look at `step.cancelled` keeps it until it returns.
        loop = asyncio.get_running_loop()
        call.add_done_callback(lambda _: _soon(loop, self.slots))
        return await result


def _called(agent: Agent[..., Any], arguments: tuple[Any, ...]) -> Any:
    try:
        return agent.function(*arguments)
    except StopIteration as error:
        raise RuntimeError("the agent raised StopIteration") from error  # no future can carry it


def _soon(loop: asyncio.AbstractEventLoop, slots: Slots) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits for a slot any more
        loop.call_soon_threadsafe(slots.give_back)


def _valid(model: type[BaseModel], value: Any, kind: str) -> BaseModel:
    """Raises AgentError with the kind."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise AgentError(describe(error), code=kind) from error


def _plain(output: BaseModel) -> Any:
    """Raises AgentError: `schema_output`, when there is no JSON form, or `too_large`."""
    try:
        found = plain(output.model_dump())
        size = len(dumps(found).encode())
    except (ValueError, RecursionError) as error:
        raise AgentError(f"the output can't be recorded: {error}", code="schema_output") from error
    if size > LARGEST_RESULT:
        raise AgentError(
            f"the output is {size:,} bytes, and {LARGEST_RESULT:,} are kept: put it where it belongs, and its address"
            " into the output",
            code="too_large",
        )
    return found


def _error(kind: str, message: str, *, retryable: bool = False) -> StepError:
    """A text that every store and wire takes: cut, and without what isn't UTF-8."""
    writable = message.encode(errors="replace").decode()
    cut = writable if len(writable) <= LONGEST_MESSAGE else writable[:LONGEST_MESSAGE] + "…"
    return StepError(kind=kind.encode(errors="replace").decode(), message=cut, retryable=retryable)


def _said_by(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an error of an agent may be broken itself
        return "an error without a text"


def _is_cancelled() -> bool:
    """Whether somebody cancelled this very task; an agent may let another cancellation escape, or hide this one."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _left(limit: Decimal | None, used: Decimal | None) -> Decimal | None:
    """What is left of what a step may cost, in USD."""
    return None if limit is None else max(limit - (used or Decimal(0)), Decimal(0))


async def _cancel(*tasks: asyncio.Task[Any] | None) -> None:
    for task in tasks:
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=GRACE)
