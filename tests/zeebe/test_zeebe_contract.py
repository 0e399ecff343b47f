"""What only a real broker can show: starts, foreign workers, sizes, incidents, and things that die."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyzeebe import Job, ZeebeWorker
from tests.scenarios.zeebe_harness import PATIENCE, ZeebeHarness, zeebe_harness
from tests.support.tables import by_hop

from dmnroute.routing.budgets import Budget
from dmnroute.routing.records.run import Limits
from dmnroute.zeebe.broker import RunningBroker
from dmnroute.zeebe.channel import connect
from dmnroute.zeebe.contract import PROCESS, SIGNAL_MESSAGE, START_MESSAGE
from dmnroute.zeebe.reconciler import Reconciler

DONE = {"action": '"complete"'}
COLUMNS = ["agent", "action"]


@pytest.fixture
async def zeebe(tmp_path: Path, broker: RunningBroker) -> AsyncIterator[ZeebeHarness]:
    async with zeebe_harness(tmp_path, broker) as harness:
        yield harness


@asynccontextmanager
async def foreign_worker(broker: RunningBroker, job_type: str, *answers: dict[str, Any]) -> AsyncIterator[None]:
    """A worker as others write it: it knows nothing of dmnroute. The last answer is given again and again."""
    left = list(answers)
    channel = connect(broker.grpc_address)
    worker = ZeebeWorker(channel, stream_enabled=True, poll_retry_delay=1)

    async def handle(job: Job) -> dict[str, Any]:
        return left.pop(0) if len(left) > 1 else left[0]

    handle.__annotations__["job"] = Job
    worker.task(task_type=job_type, max_running_jobs=1000)(handle)
    working = asyncio.create_task(worker.work())
    try:
        yield
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await channel.close()


async def ended(zeebe: ZeebeHarness, instance: str) -> None:
    """Wait until a process instance has ended."""
    async with asyncio.timeout(PATIENCE):
        while await zeebe.engine.gateway.is_there(instance):
            await asyncio.sleep(0.05)


async def test_what_a_worker_returns_beside_its_outcome_changes_nothing(tmp_path: Path, broker: RunningBroker) -> None:
    """`hop`, `runId` and `route` of a foreign worker don't reach the process."""
    answer = {"outcome": {"output": {"greeting": "hi"}}, "hop": 7, "runId": "evil", "route": {"action": "fail"}}
    async with zeebe_harness(tmp_path, broker, elsewhere=["greet"]) as zeebe:
        zeebe.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, {"agent": '"greet"'}, DONE]))
        async with foreign_worker(broker, "agent.greet", answer):
            run = await zeebe.start("p")
            state = await zeebe.until(run, "completed")
    assert state.result == {"greeting": "hi"}
    assert state.hop == 3


async def test_a_worker_that_says_nothing_has_failed(tmp_path: Path, broker: RunningBroker) -> None:
    """A completed job without an outcome is a failure that tables route on."""
    async with zeebe_harness(tmp_path, broker, elsewhere=["greet"]) as zeebe:
        zeebe.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
        async with foreign_worker(broker, "agent.greet", {}):
            run = await zeebe.start("p")
            await zeebe.until(run, "completed")
        error = (await zeebe.history(run)).hops[0].ordered()[0].error
    assert error is not None
    assert (error.kind, error.message) == (
        "no_outcome",
        "the worker completed its job without the variable `outcome`",
    )


async def test_a_run_is_started_by_any_client(zeebe: ZeebeHarness) -> None:
    """Without a run id, the process chooses one; `input` and `tags` are taken, limits and hops are not."""
    zeebe.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    variables = {
        "policy": "p",
        "input": {"ledger": str(zeebe.ledger), "name": "Ada"},
        "tags": {"customer": "17"},
        "hop": 9,
        "limits": {"hops": 1},
        "outcomes": [{"output": {"greeting": "forged"}}],
    }
    instance = await zeebe.engine.gateway.create_instance(PROCESS, variables)
    await ended(zeebe, instance)
    (state,) = await zeebe.router.store.states(tags={"customer": "17"})
    assert state.run.process_instance == instance
    assert (state.status, state.hop, state.result) == ("completed", 2, {"greeting": "hello Ada"})


async def test_two_starts_with_one_run_id_are_one_run(zeebe: ZeebeHarness) -> None:
    """The second instance dispatches nothing while the first lives, and is an incident."""
    zeebe.publish("p", by_hop(COLUMNS, [{"agent": '"hang"'}, DONE]))
    run = await zeebe.start("p")
    await zeebe.until_called("hang")
    second = await zeebe.engine.start("p", run=run, input={"ledger": str(zeebe.ledger)})
    await asyncio.sleep(1)
    assert await zeebe.engine.gateway.is_there(second)
    assert zeebe.calls() == {"hang": 1}
    await zeebe.engine.gateway.cancel_instance(second)


async def test_a_start_that_is_repeated_after_the_end_gets_the_stored_result(zeebe: ZeebeHarness) -> None:
    """Messages alone don't make starts idempotent; the run's row does."""
    zeebe.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    run = await zeebe.start("p")
    await zeebe.until(run, "completed")
    start = {"runId": run, "policy": "p", "input": {"ledger": str(zeebe.ledger)}}
    await zeebe.engine.gateway.publish(START_MESSAGE, run, start)
    again = await zeebe.engine.start("p", run=run, input=start["input"])  # type: ignore[arg-type]  # a dict
    await ended(zeebe, again)
    assert zeebe.calls() == {"greet": 1}


async def test_a_signal_by_message_reaches_a_run_between_its_waits(zeebe: ZeebeHarness) -> None:
    """It is kept while the run is busy, and ends the next wait."""
    hops = [
        {"agent": '"hang"', "timeout": "5"},
        {"action": '"wait"', "signal": '"approved"'},
        {"action": '"complete"', "result": "{by: signals.approved.by}"},
    ]
    zeebe.publish("p", by_hop(["agent", "action", "timeout", "signal", "result"], hops))
    run = await zeebe.start("p")
    await zeebe.until_called("hang")
    said = {"name": "approved", "payload": {"by": "Ada"}}
    await zeebe.engine.gateway.publish(SIGNAL_MESSAGE, run, said)
    await asyncio.sleep(0.5)
    await zeebe.advance(5)
    assert (await zeebe.until(run, "completed")).result == {"by": "Ada"}


async def test_input_by_message_ends_what_goes_on(zeebe: ZeebeHarness) -> None:
    """Any client may send it: a signal named `dmnroute.input`, whose payload is the input."""
    hops = [{"agent": '"hang"', "on_input": '"interrupt"'}, {"action": '"complete"', "result": "run.input.name"}]
    zeebe.publish("p", by_hop(["agent", "action", "on_input", "result"], hops))
    run = await zeebe.start("p")
    await zeebe.until_called("hang")
    await zeebe.engine.gateway.publish(SIGNAL_MESSAGE, run, {"name": "dmnroute.input", "payload": {"name": "Ada"}})
    assert (await zeebe.until(run, "completed")).result == "Ada"
    [control] = (await zeebe.history(run)).controls
    assert (control.kind, control.who) == ("input", "zeebe")


async def test_three_hundred_large_outcomes_fit_into_a_hop(zeebe: ZeebeHarness) -> None:
    """300 × 15 KB: outputs travel by reference, and all of them are facts."""
    hops = [{"agent": '"write_much"', "for_each": "for i in 1..300 return i"}, DONE]
    zeebe.publish("p", by_hop(["agent", "action", "for_each"], hops))
    run = await zeebe.start("p", limits=Limits(width=300))
    state = await zeebe.until(run, "completed", patience=60)
    assert [len(text) for text in state.result["pages"]] == [15_000] * 300


async def test_an_instance_that_was_cancelled_in_operate_is_closed(zeebe: ZeebeHarness) -> None:
    """The reconciler finds runs whose instance is gone; an agent that still works for one stops."""
    zeebe.publish("p", by_hop(COLUMNS, [{"agent": '"hang"'}, DONE]))
    run = await zeebe.start("p")
    await zeebe.until_called("hang")
    state = await zeebe.router.store.state(run)
    assert state is not None
    await zeebe.engine.gateway.cancel_instance(str(state.run.process_instance))
    reconciler = Reconciler(zeebe.router, zeebe.engine.gateway)
    assert await reconciler.look() == []
    await zeebe.advance(60 + 31)
    assert await reconciler.look() == [run]
    assert (await zeebe.until(run, "cancelled")).status == "cancelled"


async def test_a_run_that_waits_for_long_is_looked_for_seldom(zeebe: ZeebeHarness) -> None:
    """Each look is a write for the broker: a run that was there is left alone for ten looks."""
    zeebe.publish("p", by_hop(["agent", "action", "signal"], [{"action": '"wait"', "signal": '"never"'}]))
    run = await zeebe.start("p")
    state = await zeebe.until(run, "waiting")
    reconciler = Reconciler(zeebe.router, zeebe.engine.gateway, every=30)
    await zeebe.advance(301)
    assert await reconciler.look() == []
    await zeebe.engine.gateway.cancel_instance(str(state.run.process_instance))
    await zeebe.advance(290)
    assert await reconciler.look() == []
    await zeebe.advance(11)
    assert await reconciler.look() == [run]


async def test_the_router_retries_for_workers_that_do_not(tmp_path: Path, broker: RunningBroker) -> None:
    """What a foreign worker calls retryable is tried again as the policy says; tables see the last attempt."""
    answers = [
        {"outcome": {"error": {"kind": "rate_limited", "message": "later", "retryable": True}, "cost": 0.5}},
        {"outcome": {"output": {"greeting": "hi"}, "cost": 0.25}},
    ]
    async with zeebe_harness(tmp_path, broker, elsewhere=["greet"]) as zeebe:
        result = {"action": '"complete"', "result": "last.outcomes[1]"}
        zeebe.publish("p", by_hop([*COLUMNS, "retries", "result"], [{"agent": '"greet"', "retries": "1"}, result]))
        async with foreign_worker(broker, "agent.greet", *answers):
            run = await zeebe.start("p")
            await zeebe.until(run, "waiting")
            await zeebe.advance(1)
            state = await zeebe.until(run, "completed")
            stages = [hop.decision.stage for hop in (await zeebe.history(run)).hops]
    assert stages == [None, "backoff", "retry", None]
    seen = state.result
    assert (seen["output"], seen["cost"], seen["attempt"]) == ({"greeting": "hi"}, Decimal("0.75"), 2)


async def test_what_a_foreign_worker_spends_beyond_its_limit_stops_what_comes_next(
    tmp_path: Path, broker: RunningBroker
) -> None:
    """It was told `max_cost`, and didn't obey: the excess is recorded and told, and nobody else is sent."""
    answer = {"outcome": {"output": {"greeting": "hi"}, "cost": 0.9}}
    async with zeebe_harness(tmp_path, broker, elsewhere=["greet"]) as zeebe:
        zeebe.budgets.append(Budget(tenant="*", period="day", cost=Decimal(2)))
        hops = [{"agent": '"greet"', "max_cost": "0.1"}, {"agent": '"fail"'}, DONE]
        zeebe.publish("p", by_hop([*COLUMNS, "max_cost"], hops))
        async with foreign_worker(broker, "agent.greet", answer):
            run = await zeebe.start("p", limits=Limits(cost=Decimal("0.5")))
            state = await zeebe.until(run, "failed")
        last = (await zeebe.history(run)).hops[-1].decision
        told = [event.kind for event in await zeebe.router.store.events()]
    assert (state.cost, last.limit, state.result) == (Decimal("0.9"), "cost", {"greeting": "hi"})
    assert "budget_exceeded" in told
    assert zeebe.calls() == {}


async def test_the_time_of_a_hop_ends_steps_that_nobody_takes(tmp_path: Path, broker: RunningBroker) -> None:
    """The process's own timers do it: no worker of ours has to know."""
    hop = {"agent": '["greet", "greet_in_a_thread"]', "timeout": "7200", "hop_timeout": "3600"}
    done = {"action": '"complete"', "result": "{status: last.status, cut: last.cut}"}
    async with zeebe_harness(tmp_path, broker, elsewhere=["greet"]) as zeebe:
        zeebe.publish("p", by_hop(["agent", "timeout", "hop_timeout", "action", "result"], [hop, done]))
        run = await zeebe.start("p")
        await zeebe.until_called("greet_in_a_thread")
        await zeebe.advance(3600)
        state = await zeebe.until(run, "completed")
        late = (await zeebe.history(run)).hops[0].ordered()[0]
    assert state.result == {"status": "partial", "cut": "hop_timeout"}
    assert (late.status, late.cut, late.foreign, late.queued) == ("timeout", "hop_timeout", True, None)
