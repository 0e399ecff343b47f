"""What people pause takes no hop until they let it go on; nothing that arrives meanwhile is lost."""

from __future__ import annotations

import asyncio

import pytest
from tests.scenarios.harness import PATIENCE, Harness
from tests.support.tables import by_hop, route

from dmnroute.routing.pauses import PauseScope, PauseTimers
from dmnroute.routing.records.run import RunState
from dmnroute.routing.replay import replay

COLUMNS = ["agent", "action", "signal", "wait", "result"]
GREET = {"agent": '"greet"'}
DONE = {"action": '"complete"', "result": "last.status"}
WAIT = {"action": '"wait"', "signal": '"go"'}


async def pause(engine: Harness, scope: PauseScope, name: str = "", timers: PauseTimers = "stand") -> None:
    await engine.router.pausing.pause(scope, name, who="ann", why="let me look", timers=timers)


async def resume(engine: Harness, scope: PauseScope, name: str = "") -> None:
    await engine.router.pausing.resume(scope, name, who="ann")
    await engine.look_at_free_runs()


async def until_held(engine: Harness, run: str, by: str) -> RunState:
    """Let the engine work until a pause keeps the run from going on."""
    async with asyncio.timeout(PATIENCE):
        while True:
            state = await engine.router.store.state(run)
            if state is not None and state.held == by:
                return state
            await asyncio.sleep(0.01)


async def told(engine: Harness, run: str) -> list[str]:
    """The events of a run that tell of pauses."""
    kinds = ("paused", "run_held", "resumed", "run_released")
    return [event.kind for event in await engine.router.store.events(run=run) if event.kind in kinds]


async def test_a_paused_run_keeps_what_arrives_and_takes_no_hop(engine: Harness) -> None:
    """The signal that its wait is for is kept; once the pause is lifted it counts, and the run goes on by itself."""
    engine.publish("p", by_hop(COLUMNS, [WAIT, GREET, DONE]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await pause(engine, "run", run)
    await engine.signal(run, "go")
    assert (await until_held(engine, run, f"run:{run}")).status == "waiting"
    assert engine.calls() == {}
    await resume(engine, "run", run)
    assert (await engine.until(run, "completed")).held is None
    assert engine.calls() == {"greet": 1}
    assert await told(engine, run) == ["paused", "run_held", "resumed"]


async def test_steps_under_way_end_and_count(engine: Harness) -> None:
    """A pause ends nothing: the outcome is kept, and nobody is asked twice."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '["greet", "hang"]'}, DONE]))
    run = await engine.start("p")
    await engine.until_called("greet")
    await engine.until_called("hang")
    await pause(engine, "run", run)
    await engine.cancel_step(f"{run}/1.2")
    await until_held(engine, run, f"run:{run}")
    history = await engine.history(run)
    assert [outcome.status for outcome in history.outcomes()] == ["ok", "cancelled"]
    await resume(engine, "run", run)
    await engine.until(run, "completed")
    assert engine.calls() == {"greet": 1, "hang": 1}


async def test_nothing_new_is_sent_while_everything_is_paused(engine: Harness) -> None:
    """Runs that start meanwhile are held before their first hop; one that is released goes on alone."""
    engine.publish("p", by_hop(COLUMNS, [GREET, DONE]))
    await pause(engine, "all")
    first, second = await engine.start("p", run="first"), await engine.start("p", run="second")
    for run in (first, second):
        await until_held(engine, run, "all")
    assert engine.calls() == {}
    assert await engine.router.pausing.held() == {"all": 2}
    await engine.router.pausing.release(first, who="bob", why="it is urgent")
    await engine.look_at_free_runs()
    await engine.until(first, "completed")
    assert await told(engine, first) == ["run_held", "run_released"]
    assert (await engine.history(second)).hops == ()
    await resume(engine, "all")
    await engine.until(second, "completed")
    assert engine.calls() == {"greet": 2}


async def test_a_tenants_pause_holds_child_runs_too(engine: Harness) -> None:
    """They are held for themselves; the parent waits for them as ever."""
    engine.publish("child", by_hop(COLUMNS, [WAIT, GREET, DONE]))
    engine.publish("p", by_hop([*COLUMNS, "as"], [{"agent": '"run:child"', "as": '"part"'}, DONE]))
    run = await engine.start("p")
    child = f"{run}/1.1"
    await engine.until(child, "waiting")
    await pause(engine, "tenant", "default")
    await engine.signal(child, "go")
    await until_held(engine, child, "tenant:default")
    await resume(engine, "tenant", "default")
    await engine.until(run, "completed")
    assert engine.calls() == {"greet": 1}


async def test_a_hop_that_needs_a_paused_agent_is_held(engine: Harness) -> None:
    """It isn't decided before the agent is there again: no failure, and no hop that nobody carries out."""
    engine.publish("p", by_hop(COLUMNS, [GREET, DONE]))
    await pause(engine, "agent", "greet")
    run = await engine.start("p")
    await until_held(engine, run, "agent:greet")
    assert (await engine.history(run)).hops == ()
    await resume(engine, "agent", "greet")
    assert (await engine.until(run, "completed")).result == "ok"


async def test_a_table_goes_round_a_paused_agent(engine: Harness) -> None:
    """It reads `agents.greet.paused`, which is recorded and replayed."""
    rules = [
        ['"start"', "true", '"pricey"', "null"],
        ['"start"', "-", '"greet"', "null"],
        ["-", "-", "null", '"complete"'],
    ]
    engine.publish("p", route(["last.status", "agents.greet.paused"], ["agent", "action"], rules))
    await pause(engine, "agent", "greet")
    run = await engine.start("p")
    await engine.until(run, "completed")
    assert engine.calls() == {"pricey": 1}
    history = await engine.history(run)
    assert history.hops[0].decision.figures["greet"]["paused"] is True
    await resume(engine, "agent", "greet")
    policy = await engine.router.policies.active("p")
    assert replay(history, 1, policy=policy, catalogue=engine.router.catalogue).identical


@pytest.mark.parametrize("timers", ["stand", "run"])
async def test_timers_of_a_paused_run_stand_or_run(engine: Harness, timers: PauseTimers) -> None:
    """A wait of a minute goes on with what was left of it; or it was over meanwhile, and the run goes on at once."""
    result = {"action": '"complete"', "result": "run.elapsed >= 100"}
    engine.publish("p", by_hop(COLUMNS, [{"action": '"wait"', "wait": "60"}, result]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await pause(engine, "run", run, timers)
    await engine.advance(100)
    if timers == "run":
        await until_held(engine, run, f"run:{run}")
    await resume(engine, "run", run)
    if timers == "stand":
        assert (await engine.router.store.state(run)).status == "waiting"  # type: ignore[union-attr]
        await engine.advance(61)
    state = await engine.until(run, "completed")
    history = await engine.history(run)
    assert (state.result, history.hops[1].decision.stood >= 100) == (
        (False, True) if timers == "stand" else (True, False)
    )
    policy = await engine.router.policies.active("p")
    assert replay(history, 2, policy=policy, catalogue=engine.router.catalogue).identical


async def test_what_is_under_way_can_be_ended(engine: Harness) -> None:
    """Its steps are named, run by run; cancelled, they are outcomes that tables see when the run goes on."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"hang"'}, DONE]))
    run = await engine.start("p")
    await engine.until_called("hang")
    pausing = engine.router.pausing
    kept = await pausing.pause("all", who="ann")
    found = await pausing.under_way(kept)
    assert [(state.run.id, step) for state, step in found] == [(run, f"{run}/1.1")]
    await engine.cancel_step(found[0][1])
    await until_held(engine, run, "all")
    await resume(engine, "all")
    assert (await engine.until(run, "completed")).result == "failed"
