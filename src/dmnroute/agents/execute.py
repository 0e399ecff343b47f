"""Run one step: call the agent, and make an outcome of whatever happens."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from pydantic import BaseModel, ValidationError

from dmnroute.agents.declaration import Agent, AgentFailure
from dmnroute.agents.registry import Registry, describe
from dmnroute.agents.slots import Slots
from dmnroute.agents.step import Progress, Step
from dmnroute.errors import AgentError
from dmnroute.routing.canonical import plain
from dmnroute.routing.context import seconds_between
from dmnroute.routing.outcomes import failed, timed_out
from dmnroute.routing.ports import Clock
from dmnroute.routing.records import Outcome, PlannedStep, StepError
from dmnroute.routing.retries import retry_delay


@dataclass(frozen=True, slots=True)
class StepRunner:
    """Runs steps with the agents of a registry; synchronous agents run in the executor's threads."""

    registry: Registry
    clock: Clock
    executor: Executor
    slots: Slots

    async def run(self, step: PlannedStep, *, timeout: Decimal | None, on_progress: Progress | None = None) -> Outcome:
        """The outcome of a step, after the retries that its policy allows. Never raises but when it is cancelled.

        `timeout` is in seconds from now, the time in the queue and all attempts included.
        """
        agent = self.registry.agents.get(step.type.removeprefix("agent."))
        if agent is None:
            return failed(step, "no_worker", f"no agent `{step.agent}` is loaded here")
        if agent.missing:
            modules = ", ".join(f"`{module}`" for module in agent.missing)
            return failed(step, "unavailable", f"agent `{agent.name}` needs {modules}, which isn't installed")
        work = asyncio.create_task(self._attempts(agent, step, on_progress))
        return await self._within(timeout, work, step)

    async def _within(self, timeout: Decimal | None, work: asyncio.Task[Outcome], step: PlannedStep) -> Outcome:
        """Race the work against the timeout."""
        started = self.clock.now()
        timer = None if timeout is None else asyncio.create_task(self.clock.sleep(float(timeout)))
        try:
            await asyncio.wait([task for task in (work, timer) if task], return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            return timed_out(step, latency=seconds_between(started, self.clock.now()))
        finally:
            await _cancel(work, timer)

    async def _attempts(self, agent: Agent[..., Any], step: PlannedStep, on_progress: Progress | None) -> Outcome:
        attempt, cost, tokens = step.attempt, Decimal(0), 0
        while True:
            outcome = await self._attempt(agent, step, attempt, on_progress)
            cost, tokens = cost + outcome.cost, tokens + outcome.tokens
            delay = retry_delay(step, outcome, attempt=attempt)
            if delay is None:
                return outcome.model_copy(update={"cost": cost, "tokens": tokens})
            await self.clock.sleep(delay)
            attempt += 1

    async def _attempt(
        self, agent: Agent[..., Any], step: PlannedStep, attempt: int, on_progress: Progress | None
    ) -> Outcome:
        handle = Step(
            id=step.id,
            agent=agent.name,
            run=step.run,
            attempt=attempt,
            max_cost=step.max_cost,
            on_progress=on_progress,
        )
        started = self.clock.now()
        try:
            output, error = await self._call(agent, step, handle)
        except asyncio.CancelledError:
            handle.cancel()
            raise
        return Outcome(
            step=step.id,
            agent=step.agent,
            status="ok" if error is None else "failed",
            confidence=handle.confidence,
            output=output,
            metrics=dict(handle.metrics),
            error=error,
            cost=_cost(agent, handle, ok=error is None),
            tokens=handle.tokens or 0,
            latency=seconds_between(started, self.clock.now()),
            attempt=attempt,
            proposal=[plain(proposal) for proposal in handle.proposals],
        )

    async def _call(
        self, agent: Agent[..., Any], step: PlannedStep, handle: Step
    ) -> tuple[dict[str, Any] | None, StepError | None]:
        """The output, or why there is none."""
        try:
            argument = agent.input_type.model_validate(step.input)
        except ValidationError as error:
            return None, StepError(kind="schema_input", message=describe(error))
        try:
            result = await self._invoke(agent, argument, handle, priority=step.priority)
        except AgentFailure as failure:
            return None, StepError(kind=failure.kind, message=failure.message, retryable=failure.retryable)
        except AgentError as error:
            return None, StepError(kind=error.code, message=error.message)
        except Exception as error:  # whatever an agent raises is an outcome that tables can route on
            return None, StepError(kind="crashed", message=f"{type(error).__name__}: {error}", retryable=True)
        return _output(agent, result)

    async def _invoke(self, agent: Agent[..., Any], argument: BaseModel, handle: Step, *, priority: int) -> Any:
        arguments = (argument, handle) if agent.takes_step else (argument,)
        if agent.is_async:
            return await agent.function(*arguments)
        async with self.slots.taken(priority=priority):
            call = partial(copy_context().run, agent.function, *arguments)
            return await asyncio.get_running_loop().run_in_executor(self.executor, call)


def _output(agent: Agent[..., Any], result: Any) -> tuple[dict[str, Any] | None, StepError | None]:
    try:
        model = agent.output_type.model_validate(result)
        return plain(model.model_dump()), None
    except ValidationError as error:
        return None, StepError(kind="schema_output", message=describe(error))
    except ValueError as error:
        return None, StepError(kind="schema_output", message=str(error))


def _cost(agent: Agent[..., Any], handle: Step, *, ok: bool) -> Decimal:
    """What the agent reported, else its declared price for a call that went well."""
    if handle.cost is not None:
        return handle.cost
    return agent.cost if ok else Decimal(0)


async def _cancel(*tasks: asyncio.Task[Any] | None) -> None:
    for task in tasks:
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task])
