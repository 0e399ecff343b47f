"""Input that arrives while a run goes on: its tables have said what becomes of it."""

from __future__ import annotations

import pytest
from tests.scenarios.harness import Harness
from tests.scenarios.test_pausing import pause, resume, until_held
from tests.support.tables import by_hop, route

from dmnroute.errors import OperatorError

COLUMNS = ["agent", "action", "on_input", "signal", "group", "join", "result"]
TOLD = "{status: last.status, name: run.input.name, came: last.input.name, hop: run.hop, facts: facts}"
DONE = {"action": '"complete"', "result": TOLD}
BOTH = {"agent": '["greet", "hang"]'}
WAIT = {"action": '"wait"', "signal": '"go"'}


async def _under_way(engine: Harness, becomes: str, *, then: dict[str, str] = DONE) -> str:
    """A run of which one step has ended, and the other never does."""
    engine.publish("p", by_hop(COLUMNS, [BOTH | {"on_input": becomes}, then]))
    run = await engine.start("p", input={"name": "Ada"})
    await engine.until_called("hang")
    while not (await engine.history(run)).hops[0].outcomes:
        await engine.advance(0)
    return run


async def test_input_is_rejected(engine: Harness) -> None:
    """Who gives it is told; it is recorded, and changes nothing."""
    run = await _under_way(engine, '"reject"')
    with pytest.raises(OperatorError) as refused:
        await engine.input(run, {"name": "Bob"})
    assert (refused.value.code, refused.value.message) == (
        "input_rejected",
        f"run `{run}` takes no input now: what goes on rejects it",
    )
    await engine.cancel_step(f"{run}/1.2")
    state = await engine.until(run, "completed")
    assert (state.result["name"], state.result["came"]) == ("Ada", None)
    [control] = (await engine.history(run)).controls
    assert (control.kind, control.data, control.who) == ("input", {"name": "Bob"}, "ann")


@pytest.mark.parametrize("becomes", ['"queue"', "null"])
async def test_input_waits_for_the_next_decision(engine: Harness, becomes: str) -> None:
    """Steps under way go on; the same key is the same input; the later one lies on top."""
    run = await _under_way(engine, becomes)
    assert await engine.input(run, {"name": "Bob"}, key="a") == "queue"
    assert await engine.input(run, {"name": "Cem", "age": 7}, key="b") == "queue"
    assert await engine.input(run, {"name": "Bob"}, key="a") == "queue"
    assert (await engine.history(run)).last.missing() == (f"{run}/1.2",)  # type: ignore[union-attr]
    await engine.cancel_step(f"{run}/1.2")
    state = await engine.until(run, "completed")
    facts = {"greeting": "hello Ada"}
    assert state.result == {"status": "ok", "name": "Cem", "came": "Cem", "hop": 2, "facts": facts}
    assert len((await engine.history(run)).controls) == 2


async def test_input_ends_what_goes_on(engine: Harness) -> None:
    """What has ended counts, the rest is cancelled, and the tables decide with the new input."""
    run = await _under_way(engine, '"interrupt"')
    assert await engine.input(run, {"name": "Bob"}) == "interrupt"
    state = await engine.until(run, "completed")
    facts = {"greeting": "hello Ada"}
    assert state.result == {"status": "resumed", "name": "Bob", "came": "Bob", "hop": 2, "facts": facts}
    history = await engine.history(run)
    assert [outcome.status for outcome in history.outcomes()] == ["ok", "cancelled"]
    assert history.hops[1].decision.previous.control == 1


async def test_input_restarts_a_run(engine: Harness) -> None:
    """It begins anew with what it is given now: no facts, no steps, its first hop; what was spent is spent."""
    told = {"action": '"complete"', "result": f"{{as: {TOLD}, greet: steps.greet.status, cost: run.cost > 0}}"}
    rules = [
        ['"Bob"', *(told.get(column, "null") for column in COLUMNS)],
        ["-", *({**BOTH, "on_input": '"restart"'}.get(column, "null") for column in COLUMNS)],
    ]
    engine.publish("p", route(["run.input.name"], COLUMNS, rules))
    run = await engine.start("p", input={"name": "Ada"})
    await engine.until_called("hang")
    await engine.until_called("greet")
    while not (await engine.history(run)).hops[0].outcomes:
        await engine.advance(0)
    assert await engine.input(run, {"name": "Bob"}) == "restart"
    state = await engine.until(run, "completed")
    assert state.result == {
        "as": {"status": "start", "name": "Bob", "came": "Bob", "hop": 1, "facts": {}},
        "greet": None,
        "cost": True,
    }


@pytest.mark.parametrize("becomes", ["queue", "interrupt"])
async def test_a_wait_goes_on_or_ends(engine: Harness, becomes: str) -> None:
    """Queued input wakes nobody; the signal that the wait is for comes later."""
    engine.publish("p", by_hop(COLUMNS, [WAIT | {"on_input": f'"{becomes}"'}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await engine.input(run, {"name": "Bob"})
    if becomes == "queue":
        await engine.advance(1)
        assert (await engine.until(run, "waiting", "completed")).status == "waiting"
        await engine.signal(run, "go")
    result = (await engine.until(run, "completed")).result
    assert (result["status"], result["came"]) == ("signal" if becomes == "queue" else "resumed", "Bob")


async def test_people_are_asked_no_more(engine: Harness) -> None:
    """Their question was about what has changed; it is asked anew."""
    ask = {"action": '"escalate"', "group": '"desk"', "on_input": '"restart"'}
    rules = [
        ['"ok"', *(DONE.get(column, "null") for column in COLUMNS)],
        ["-", *(ask.get(column, "null") for column in COLUMNS)],
    ]
    engine.publish("p", route(["last.status"], COLUMNS, rules))
    run = await engine.start("p")
    await engine.until(run, "escalated")
    await engine.input(run, {"name": "Bob"})
    while len((await engine.history(run)).hops) < 2:
        await engine.advance(0)
    await engine.answer(run, {"fine": True}, question=f"{run}/2.1")
    state = await engine.until(run, "completed")
    assert (state.result["name"], state.result["facts"]) == ("Bob", {"fine": True})
    assert [outcome.status for outcome in (await engine.history(run)).outcomes()] == ["cancelled", "ok"]


async def test_child_runs_end_with_the_hop(engine: Harness) -> None:
    """Nobody works on for what is wanted no more."""
    engine.publish("child", by_hop(COLUMNS, [{"agent": '"hang"'}, DONE]))
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"run:child"', "on_input": '"interrupt"'}, DONE]))
    run = await engine.start("p")
    await engine.until_called("hang")
    await engine.input(run, {"name": "Bob"})
    assert (await engine.until(run, "completed")).result["status"] == "resumed"
    assert (await engine.until(f"{run}/1.1", "cancelled")).status == "cancelled"


async def test_a_stopped_run_goes_on_with_what_was_missing(engine: Harness) -> None:
    """Its table needed a name, and an app gives it."""
    rules = [
        ["1", "-", '"greet"', "null", '"interrupt"'],
        ["-", "not(null)", "null", '"complete"', "null"],
    ]
    engine.publish("p", route(["run.hop", "run.input.age"], ["agent", "action", "on_input"], rules))
    run = await engine.start("p")
    await engine.until(run, "stopped")
    await engine.input(run, {"age": 7})
    await engine.until(run, "completed")


async def test_a_run_that_has_ended_takes_none(engine: Harness) -> None:
    """It is said, as it is of signals."""
    engine.publish("p", by_hop(COLUMNS, [DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    with pytest.raises(OperatorError, match="has ended"):
        await engine.input(run, {"name": "Bob"})


async def test_a_paused_run_takes_input_when_it_goes_on(engine: Harness) -> None:
    """It is kept meanwhile; the wait that it ends is over once the pause is lifted."""
    engine.publish("p", by_hop(COLUMNS, [WAIT | {"on_input": '"interrupt"'}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await pause(engine, "run", run)
    await engine.input(run, {"name": "Bob"})
    await until_held(engine, run, f"run:{run}")
    await resume(engine, "run", run)
    result = (await engine.until(run, "completed")).result
    assert (result["status"], result["name"]) == ("resumed", "Bob")


async def test_a_fork_has_the_input_that_had_arrived_by_then(engine: Harness) -> None:
    """Before the restart it is what the run started with; after it, what restarted the run."""
    wait = WAIT | {"on_input": '"restart"'}
    rules = [
        ['"Bob"', *(DONE.get(column, "null") for column in COLUMNS)],
        ["-", *(wait.get(column, "null") for column in COLUMNS)],
    ]
    engine.publish("p", route(["run.input.name"], COLUMNS, rules))
    run = await engine.start("p", input={"name": "Ada"})
    await engine.until(run, "waiting")
    await engine.input(run, {"name": "Bob"})
    before = await engine.until(run, "completed")
    after = await engine.forked(engine.forks.fork(run, hop=2, name=f"{run}-after", who="ann"))
    assert (await engine.until(after, "completed")).result == before.result
    again = await engine.forked(engine.forks.fork(run, hop=1, name=f"{run}-again", who="ann"))
    await engine.until(again, "waiting")
    await engine.input(again, {"name": "Cem"})
    await engine.input(again, {"name": "Bob"})
    assert (await engine.until(again, "completed")).result["name"] == "Bob"
