"""One step: whatever an agent does becomes an outcome."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from dmnroute import Agent, AgentFailure, Step, agent
from dmnroute.agents.execute import StepRunner
from dmnroute.agents.registry import Registry
from dmnroute.agents.slots import Slots
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.routing.retries import FIRST_DELAY, retry_delay
from dmnroute.testing import ManualClock


class Task(BaseModel):
    text: str = ""
    number: int = 0

    @field_validator("text")
    @classmethod
    def _explodes(cls, text: str) -> str:
        if text == "explode":
            raise KeyError("a validator of the agent")
        return text


class Answer(BaseModel):
    answer: Any = None


@dataclass
class Desk:
    """A runner with two threads and one slot, and a clock that is moved by hand."""

    clock: ManualClock
    threads: ThreadPoolExecutor
    slots: Slots = field(default_factory=lambda: Slots(1))

    def runner(self, *agents: Agent[..., Any]) -> StepRunner:
        return StepRunner(Registry({each.name: each for each in agents}), self.clock, self.threads, self.slots)

    def start(self, declared: Agent[..., Any], *, timeout: float | None = 60, **fields: Any) -> asyncio.Task[Outcome]:
        usual = {"id": "r/1.1", "run": "r", "agent": "worker", "type": f"agent.{declared.name}", "input": {"text": "x"}}
        step = PlannedStep(**usual | {"timeout": None if timeout is None else Decimal(str(timeout))} | fields)
        return asyncio.create_task(self.runner(declared).run(step, timeout=step.timeout))

    async def run(self, declared: Agent[..., Any], **fields: Any) -> Outcome:
        return await asyncio.wait_for(self.start(declared, **fields), 5)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    with ThreadPoolExecutor(2) as threads:
        yield Desk(ManualClock(), threads)


def worker(function: Callable[..., Any], **options: Any) -> Agent[..., Any]:
    return agent("worker", **options)(function)


async def test_an_async_agent_gives_an_outcome(desk: Desk) -> None:
    """Output, figures, what it cost and how long it took."""

    async def work(task: Task, step: Step) -> Answer:
        step.report(confidence=0.9, tokens=7, score=2)
        step.propose({"agent": "next"})
        await desk.clock.sleep(1.5)
        return Answer(answer=task.text.upper())

    running = desk.start(worker(work, cost=0.01))
    await desk.clock.advance(1.5)
    assert await running == Outcome(
        step="r/1.1",
        agent="worker",
        status="ok",
        confidence=Decimal("0.9"),
        output={"answer": "X"},
        metrics={"score": Decimal(2)},
        cost=Decimal("0.01"),
        tokens=7,
        latency=Decimal("1.5"),
        proposal=[{"agent": "next"}],
    )


async def test_an_outcome_knows_how_long_its_step_was_in_the_queue(desk: Desk) -> None:
    """From dispatch until the first attempt began, or until its time was over without any."""

    def work(task: Task) -> Answer:
        return Answer()

    await desk.slots.take()
    waits = desk.start(worker(work), deadline=desk.clock.now() + timedelta(seconds=60))
    await desk.clock.advance(20)
    desk.slots.give_back()
    assert (await waits).queued == 20
    await desk.slots.take()
    late = desk.start(worker(work), deadline=desk.clock.now() + timedelta(seconds=30), timeout=30)
    await desk.clock.advance(30)
    assert ((await late).status, (await late).queued) == ("timeout", 30)


async def test_a_sync_agent_runs_in_a_thread(desk: Desk) -> None:
    """With the context variables of its step."""

    def work(task: Task) -> Answer:
        return Answer(answer=threading.current_thread() is threading.main_thread())

    outcome = await desk.run(worker(work))
    assert (outcome.status, outcome.output) == ("ok", {"answer": False})


async def test_the_cost_that_is_reported_counts(desk: Desk) -> None:
    """Also that of a failure; the declared price is for a call that went well."""

    async def pays(task: Task, step: Step) -> Answer:
        step.report(cost=0.5)
        raise AgentFailure("empty", "nothing found")

    async def free(task: Task) -> Answer:
        raise AgentFailure("empty", "nothing found")

    assert (await desk.run(worker(pays, cost=0.01))).cost == Decimal("0.5")
    assert (await desk.run(worker(free, cost=0.01))).cost == 0


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def raises(error: BaseException) -> Callable[[Task], Any]:
    async def work(task: Task) -> Answer:
        raise error

    return work


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even this")


@pytest.mark.parametrize(
    ("error", "kind", "message", "retryable"),
    [
        (AgentFailure("unreadable", "blank"), "unreadable", "blank", False),
        (AgentFailure("busy", "later", retryable=True), "busy", "later", True),
        (ZeroDivisionError("division by zero"), "crashed", "ZeroDivisionError: division by zero", True),
        (SystemExit(3), "crashed", "SystemExit: 3", True),
        (RecursionError("too deep"), "crashed", "RecursionError: too deep", True),
        (OSError("no file \udcff"), "crashed", "OSError: no file ?", True),
        (ValueError("x" * 5000), "crashed", "ValueError: " + "x" * 1988 + "…", True),
        (Mute(), "crashed", "Mute: an error without a text", True),
        (
            asyncio.CancelledError(),
            "crashed",
            "CancelledError: something that the agent waited for was cancelled",
            False,
        ),
    ],
)
async def test_what_an_agent_raises_is_an_outcome(
    desk: Desk, error: BaseException, kind: str, message: str, retryable: bool
) -> None:
    """Tables can route on it; nothing of it ends the engine."""
    outcome = await desk.run(worker(raises(error)))
    assert outcome.error is not None
    assert (outcome.status, outcome.output) == ("failed", None)
    assert (outcome.error.kind, outcome.error.message, outcome.error.retryable) == (kind, message, retryable)


@pytest.mark.parametrize("error", [SystemExit(1), StopIteration("end")])
async def test_what_a_thread_cannot_carry_is_an_outcome_too(desk: Desk, error: BaseException) -> None:
    """No future holds StopIteration, and SystemExit ends nobody's loop."""

    def work(task: Task) -> Answer:
        raise error

    outcome = await desk.run(worker(work))
    assert outcome.error is not None
    assert outcome.error.kind == "crashed"


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (
            {"number": "x"},
            "schema_input",
            "number: input should be a valid integer, unable to parse string as an integer",
        ),
        ({"text": "explode"}, "crashed", "KeyError: 'a validator of the agent'"),
    ],
)
async def test_an_input_that_does_not_fit_is_an_outcome(
    desk: Desk, given: dict[str, Any], kind: str, message: str
) -> None:
    """The agent isn't called."""
    called = []

    async def work(task: Task) -> Answer:
        called.append(task)
        return Answer()

    outcome = await desk.run(worker(work), input=given)
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.message, called) == (kind, message, [])


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (None, "input should be a valid dictionary or instance of Answer"),
        (3, "input should be a valid dictionary or instance of Answer"),
        (Answer(answer=object()), "the output can't be recorded: a value of type `object` has no JSON form"),
        (Answer(answer=float("nan")), "the output can't be recorded: `NaN` has no JSON form"),
        (Answer(answer="a\udcff"), "the output can't be recorded: a text with a lone surrogate has no JSON form"),
    ],
)
async def test_an_output_that_does_not_fit_is_an_outcome(desk: Desk, output: Any, message: str) -> None:
    """Or that no store can keep."""

    async def work(task: Task) -> Answer:
        return output  # type: ignore[no-any-return]  # that is the mistake

    outcome = await desk.run(worker(work))
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.message) == ("schema_output", message)


async def test_an_output_that_is_nested_without_end_is_an_outcome(desk: Desk) -> None:
    """No RecursionError escapes."""

    async def work(task: Task) -> Answer:
        return Answer(answer=nested(100_000))

    outcome = await desk.run(worker(work))
    assert outcome.error is not None
    assert outcome.error.kind in ("schema_output", "crashed")


async def test_a_figure_outside_of_its_domain_is_a_failure_of_the_agent(desk: Desk) -> None:
    """Named as the report names it."""

    async def work(task: Task, step: Step) -> Answer:
        step.report(confidence=2)
        return Answer()

    outcome = await desk.run(worker(work))
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.message, outcome.error.retryable) == (
        "bad_metric",
        "reported `confidence` must be between 0 and 1, not 2",
        False,
    )


async def test_unknown_and_unavailable_agents_fail_at_once(desk: Desk) -> None:
    """They aren't called."""

    async def work(task: Task) -> Answer:
        return Answer()

    step = PlannedStep(id="r/1.1", run="r", agent="other", type="agent.other")
    outcome = await desk.runner(worker(work)).run(step, timeout=None)
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.message) == ("no_worker", "no agent `other` is loaded here")
    outcome = await desk.run(worker(work, requires=("no_such_module", "no_such.other")))
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.message) == (
        "unavailable",
        "agent `worker` needs `no_such_module`, `no_such.other`, which isn't installed",
    )


async def test_a_stand_in_is_named_by_who_asks(desk: Desk) -> None:
    """For a process that this engine can't run."""

    async def work(task: Task) -> Answer:
        return Answer(answer="stood in")

    step = PlannedStep(id="r/1.1", run="r", agent="post-mail", type="process:post-mail", process="post-mail")
    outcome = await desk.runner(worker(work)).run(step, timeout=None, agent="worker")
    assert (outcome.agent, outcome.output) == ("post-mail", {"answer": "stood in"})


async def test_progress_is_handed_on(desk: Desk) -> None:
    """As a heartbeat of the step."""
    told = []

    async def work(task: Task, step: Step) -> Answer:
        step.progress("half", 0.5)
        return Answer()

    step = PlannedStep(id="r/1.1", run="r", agent="worker", type="agent.worker")
    await desk.runner(worker(work)).run(step, timeout=None, on_progress=lambda text, share: told.append((text, share)))
    assert told == [("half", Decimal("0.5"))]


async def test_a_step_times_out_with_what_it_has_cost(desk: Desk) -> None:
    """The attempts before, and what the last one has reported so far."""

    async def work(task: Task, step: Step) -> Answer:
        step.report(cost=0.1 * step.attempt, tokens=step.attempt)
        if step.attempt == 1:
            raise AgentFailure("busy", "later", retryable=True)
        await desk.clock.sleep(1000)
        return Answer()

    running = desk.start(worker(work), timeout=10, retries=3)
    await desk.clock.advance(10)
    outcome = await running
    assert (outcome.status, outcome.latency, outcome.attempt) == ("timeout", Decimal(10), 2)
    assert (outcome.cost, outcome.tokens) == (Decimal("0.3"), 3)
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.message, outcome.error.retryable) == (
        "timeout",
        "no outcome within 10 s",
        True,
    )


async def test_retries_wait_longer_and_longer(desk: Desk) -> None:
    """Half to all of a delay that doubles; the outcome counts all attempts."""
    begun = []

    async def work(task: Task, step: Step) -> Answer:
        begun.append((desk.clock.now() - start).total_seconds())
        step.report(cost=0.25, tokens=10)
        raise AgentFailure("busy", "later", retryable=True)

    start = desk.clock.now()
    running = desk.start(worker(work), retries=3)
    await desk.clock.advance(59)
    outcome = await running
    gaps = [after - before for before, after in itertools.pairwise(begun)]
    assert [FIRST_DELAY * 2**n / 2 <= gap <= FIRST_DELAY * 2**n for n, gap in enumerate(gaps)] == [True] * 3
    assert (outcome.status, outcome.attempt, outcome.cost, outcome.tokens) == ("failed", 4, 1, 40)


def test_delays_can_be_told_again_and_have_an_end() -> None:
    """Drawn from step and attempt; never above half a minute."""
    step = PlannedStep(id="r/1.1", run="r", agent="a", type="agent.a", retries=1000)
    busy = Outcome(step="r/1.1", agent="a", status="failed", error={"kind": "busy", "message": "", "retryable": True})  # type: ignore[arg-type]  # pydantic reads it
    delays = [retry_delay(step, busy, attempt=attempt) for attempt in (1, 2, 50, 1000)]
    assert delays == [retry_delay(step, busy, attempt=attempt) for attempt in (1, 2, 50, 1000)]
    assert all(delay is not None and delay <= 30 for delay in delays)
    assert retry_delay(step, busy, attempt=1001) is None
    assert retry_delay(step, busy.model_copy(update={"status": "ok"}), attempt=1) is None


async def test_cancellation_reaches_a_sync_agent_and_its_slot_is_free_when_it_returns(desk: Desk) -> None:
    """`step.cancelled` says so; until then the thread is taken."""
    begun, seen, let_go = threading.Event(), threading.Event(), threading.Event()

    def work(task: Task, step: Step) -> Answer:
        begun.set()
        while not step.cancelled:
            let_go.wait(0.001)
        seen.set()
        let_go.wait(5)
        return Answer()

    running = desk.start(worker(work))
    await asyncio.to_thread(begun.wait, 5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await asyncio.to_thread(seen.wait, 5)
    waiting = asyncio.create_task(desk.slots.take())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    let_go.set()
    await asyncio.wait_for(waiting, 5)


async def test_a_step_that_waits_for_a_slot_can_be_cancelled(desk: Desk) -> None:
    """The agent is never called."""
    called = []

    def work(task: Task) -> Answer:
        called.append(task)
        return Answer()

    await desk.slots.take()
    running = desk.start(worker(work))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    desk.slots.give_back()
    await asyncio.wait_for(desk.slots.take(), 5)
    assert called == []


async def test_an_agent_that_hides_its_cancellation_is_not_tried_again(desk: Desk) -> None:
    """It failed in a way that may be retried, but nobody wants it any more."""
    attempts = []

    async def work(task: Task, step: Step) -> Answer:
        attempts.append(step.attempt)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise AgentFailure("busy", "later", retryable=True) from None
        return Answer()

    running = desk.start(worker(work), timeout=5, retries=5)
    await desk.clock.advance(5)
    assert (await asyncio.wait_for(running, 5)).status == "timeout"
    await desk.clock.advance(100)
    assert attempts == [1]


async def test_an_agent_that_never_stops_cleaning_up_is_left_behind(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its timeout holds all the same."""
    monkeypatch.setattr("dmnroute.agents.execute.GRACE", 0.01)
    let_go = asyncio.Event()

    async def work(task: Task) -> Answer:
        try:
            await asyncio.Event().wait()
        finally:
            await let_go.wait()
        return Answer()

    running = desk.start(worker(work), timeout=5)
    await desk.clock.advance(5)
    assert (await asyncio.wait_for(running, 5)).status == "timeout"
    let_go.set()
    await asyncio.sleep(0.01)


async def test_priority_decides_who_gets_the_next_slot(desk: Desk) -> None:
    """Greater ones first."""
    order = []

    def work(task: Task) -> Answer:
        order.append(task.number)
        return Answer()

    await desk.slots.take()
    running = [desk.start(worker(work), input={"number": n}, priority=n) for n in (1, 3, 2)]
    await asyncio.sleep(0.01)
    desk.slots.give_back()
    await asyncio.gather(*running)
    assert order == [3, 2, 1]


async def test_many_steps_share_the_slots(desk: Desk) -> None:
    """Never more threads at work than slots."""
    lock, now, most = threading.Lock(), 0, 0

    def work(task: Task) -> Answer:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        with lock:
            now -= 1
        return Answer()

    outcomes = await asyncio.gather(*(desk.start(worker(work)) for _ in range(30)))
    assert {outcome.status for outcome in outcomes} == {"ok"}
    assert most == 1
