"""What a person changes of a run while it goes on: the same on every engine, and replayed bit for bit."""

from __future__ import annotations

import pytest
from tests.scenarios.harness import Harness
from tests.support.tables import by_hop, route

from dmnroute.errors import UsageError
from dmnroute.router.steering import Wish

DONE = {"action": '"complete"'}
HANG = {"agent": '"hang"'}
WAIT = {"action": '"wait"', "signal": '"never"'}
COLUMNS = ["agent", "action", "signal", "join", "group", "result"]


async def test_facts_change_while_a_run_waits(engine: Harness) -> None:
    """The wait ends at once; the tables see the facts, and `last.status` is "resumed"."""
    engine.publish("p", by_hop(COLUMNS, [WAIT, DONE | {"result": "{told: facts.greeting, last: last.status}"}]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await engine.steer(run, Wish("facts", {"greeting": "gold"}), why="called in")
    state = await engine.until(run, "completed")
    assert state.result == {"told": "gold", "last": "resumed"}
    history = await engine.history(run)
    assert [(control.number, control.who, control.why) for control in history.controls] == [(1, "ann", "called in")]
    assert (history.hops[1].decision.controls_seen, history.hops[1].decision.previous.control) == (1, 1)


async def test_facts_change_while_steps_are_under_way(engine: Harness) -> None:
    """They go on; the person's word stands over what they find meanwhile."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '["hang", "greet"]'}, DONE | {"result": "facts.greeting"}]))
    run = await engine.start("p")
    await engine.until_called("hang")
    await engine.until_called("greet")
    await engine.steer(run, Wish("facts", {"greeting": "by ann"}))
    assert (await engine.history(run)).last.missing() != ()
    await engine.cancel_step(f"{run}/1.1")
    assert (await engine.until(run, "completed")).result == "by ann"


async def test_people_are_asked_no_more_when_the_facts_change(engine: Harness) -> None:
    """An escalation ends like a wait; its question is cancelled."""
    engine.publish("p", by_hop(COLUMNS, [{"action": '"escalate"', "group": '"desk"'}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "escalated")
    await engine.steer(run, Wish("facts", {"greeting": "by ann"}))
    assert (await engine.until(run, "completed")).result == {"greeting": "by ann"}
    assert [outcome.status for outcome in (await engine.history(run)).outcomes()] == ["cancelled"]


async def test_a_forced_agent_takes_one_hop_and_a_forbidden_one_none(engine: Harness) -> None:
    """The tables see what is forbidden; a step to it all the same is settled as `forbidden`, and nobody is called."""
    rules = [
        ["1", "-", "-", "null", '"wait"', '"never"', "null"],
        ["3", "-", "-", '"pricey"', "null", "null", "null"],
        ["-", "-", '"forbidden"', "null", '"complete"', "null", "run.forbidden"],
    ]
    inputs = ["run.hop", "run.forbidden", "last.outcomes[1].error.kind"]
    engine.publish("p", route(inputs, ["agent", "action", "signal", "result"], rules))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await engine.steer(run, Wish("forbid", {"agent": "pricey"}), why="too dear")
    assert len((await engine.history(run)).hops) == 1
    await engine.steer(run, Wish("force", {"agent": "greet"}))
    assert (await engine.until(run, "completed")).result == ["pricey"]
    assert engine.calls() == {"greet": 1}
    history = await engine.history(run)
    assert [hop.decision.forced for hop in history.hops] == [None, 2, None, None]
    refused = next(iter(history.hops[2].outcomes.values()))
    assert refused.error is not None
    assert refused.error.message == "agent `pricey` is forbidden in this run by ann: too dear"


async def test_a_running_step_gets_its_result_by_hand(engine: Harness) -> None:
    """It counts for the join; the steps that are wanted no more are cancelled."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '["hang", "hang"]', "join": '"any"'}, DONE]))
    run = await engine.start("p")
    await engine.until_called("hang", 2)
    await engine.steer(run, Wish("result", {"step": f"{run}/1.2", "output": {}}))
    await engine.until(run, "completed")
    outcomes = [(o.status, o.manual) for o in (await engine.history(run)).outcomes()]
    assert outcomes == [("cancelled", False), ("ok", True)]


async def test_a_stopped_run_goes_on_without_the_step_that_failed(engine: Harness) -> None:
    """Skipped by hand it is no failure any more; what was recorded before replays as it was."""
    rules = [["1", "-", '"fail"', "null"], ["2", '"ok"', "null", '"complete"']]
    engine.publish("p", route(["run.hop", "last.status"], ["agent", "action"], rules))
    run = await engine.start("p")
    await engine.until(run, "stopped")
    await engine.steer(run, Wish("skip", {"step": f"{run}/1.1"}))
    await engine.until(run, "completed")
    history = await engine.history(run)
    assert [outcome.status for outcome in history.outcomes()] == ["failed"]
    assert history.hops[1].decision.previous.status == "ok"


async def test_a_run_follows_another_policy(engine: Harness) -> None:
    """From the next decision on, by the version that is active, or by the one that was named."""
    engine.publish("p", by_hop(COLUMNS, [WAIT, {}]))
    engine.publish("q", by_hop(COLUMNS, [{}, {"agent": '"greet"'}, DONE | {"result": "run.policy"}]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await engine.steer(run, Wish("policy", {"policy": "q", "version": None}))
    assert (await engine.until(run, "completed")).result == "q"
    assert [hop.decision.policy for hop in (await engine.history(run)).hops] == ["p", "q", "q"]


async def test_a_step_is_ended_and_the_others_count(engine: Harness) -> None:
    """`cancel_step`, by a person, with who and why."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '["greet", "hang"]'}, DONE]))
    run = await engine.start("p")
    await engine.until_called("hang")
    await engine.steer(run, Wish("cancel_step", {"step": f"{run}/1.2"}), why="it hangs")
    assert (await engine.until(run, "completed")).result == {"greeting": "hello world"}
    history = await engine.history(run)
    assert [outcome.status for outcome in history.outcomes()] == ["ok", "cancelled"]
    assert [(control.who, control.why) for control in history.controls] == [("ann", "it hangs")]


async def test_a_stopped_run_goes_on_with_a_result_given_by_hand(engine: Harness) -> None:
    """After an incident: the output is checked against the agent's schema, and marked."""
    rules = [["1", "-", '"flaky"', "null", "null"], ["2", '"ok"', "null", '"complete"', "last.outcomes[1].manual"]]
    engine.publish("p", route(["run.hop", "last.status"], ["agent", "action", "result"], rules))
    run = await engine.start("p")
    await engine.until(run, "stopped")
    with pytest.raises(UsageError, match="the output doesn't fit the schema of agent `flaky`"):
        await engine.steer(run, Wish("result", {"step": f"{run}/1.1", "output": {"answer": 7}}))
    await engine.steer(run, Wish("result", {"step": f"{run}/1.1", "output": {"answer": "42"}}))
    assert (await engine.until(run, "completed")).result is True


async def test_a_run_goes_back_to_the_version_that_was_named(engine: Harness) -> None:
    """It stays there, whatever is published afterwards."""
    engine.publish("p", by_hop(COLUMNS, [WAIT, DONE | {"result": '"old"'}]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    engine.publish("p", by_hop(COLUMNS, [WAIT, DONE | {"result": '"new"'}]))
    await engine.steer(run, Wish("policy", {"policy": "p", "version": 1}))
    assert (await engine.until(run, "completed")).result == "old"
