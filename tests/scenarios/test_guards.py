"""Guards look at what goes into other agents, and at what comes out of them."""

from __future__ import annotations

import pytest
from tests.scenarios.harness import Harness, called_after_a_wait
from tests.support.tables import by_hop, route

from dmnroute.routing.history import History
from dmnroute.routing.records.run import Guards, Limits

DONE = {"action": '"complete"'}
COLUMNS = ["agent", "action", "before", "after"]


def stages(history: History) -> list[tuple[str | None, list[str]]]:
    """What each hop was for, and whom it named."""
    return [(hop.decision.stage, [step.agent for step in hop.decision.plan.steps]) for hop in history.hops]


async def test_a_guard_before_an_agent_redacts_what_it_is_given(engine: Harness) -> None:
    """The guard is asked in a hop of its own; the agent gets what the guard left, and tables see what it made of it."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"', "before": '"censor"'}, DONE]))
    run = await engine.start("p", input={"name": "Ada"})
    state = await engine.until(run, "completed")
    assert state.result == {"greeting": "hello X"}
    history = await engine.history(run)
    assert stages(history) == [(None, ["censor"]), ("guarded", ["greet"]), (None, [])]
    assert history.hops[0].decision.plan.reason == "guards before `greet`"
    assert history.hops[1].decision.plan.steps[0].input["name"] == "X"


async def test_guards_after_an_agent_see_one_after_the_other_what_came_out(engine: Harness) -> None:
    """Each sees what the one before it left; tables see what the last one left."""
    hops = [{"agent": '"greet"', "after": '["censor", "watcher"]'}, DONE]
    engine.publish("p", by_hop(COLUMNS, hops))
    run = await engine.start("p", input={"name": "Ada"})
    state = await engine.until(run, "completed")
    assert state.result == {"greeting": "hello X"}
    history = await engine.history(run)
    assert stages(history) == [
        (None, ["greet"]),
        ("guards_after", ["censor"]),
        ("guards_after", ["watcher"]),
        (None, []),
    ]
    assert history.hops[2].decision.plan.steps[0].input["output"] == {"greeting": "hello X"}


async def test_what_a_guard_blocks_is_not_sent_and_tables_choose_a_remedy(engine: Harness) -> None:
    """The step fails with the kind that the guard said; the other step of the hop goes on."""
    rules = [
        ["1", "-", '"greet"', "null", '"bouncer"', "run.input.names", "null"],
        ["2", '"block"', "null", '"complete"', "null", "null", "guards.verdicts.verdict"],
    ]
    columns = ["agent", "action", "before", "for_each", "result"]
    engine.publish("p", route(["run.hop", "guards.verdict"], columns, rules))
    run = await engine.start("p", input={"names": [{"name": "Mallory"}, {"name": "Ada"}]})
    state = await engine.until(run, "stopped", "completed")
    assert (state.status, state.result) == ("completed", ["block", "allow"])
    outcomes = (await engine.history(run)).hops[1].ordered()
    assert [(o.status, o.error and (o.error.kind, o.error.message)) for o in outcomes] == [
        ("failed", ("abuse", "guard `bouncer` blocked the input of `greet`: Mallory isn't welcome")),
        ("ok", None),
    ]
    assert engine.calls() == {"bouncer": 2, "greet": 1}


async def test_a_blocked_output_never_becomes_a_fact(engine: Harness) -> None:
    """Tables see a failed step without output, and the facts know nothing of it; the record keeps what was said."""
    rules = [
        ["1", "-", '"greet"', "null", '"bouncer"'],
        ["2", '"abuse"', "null", '"complete"', "null"],
    ]
    columns = ["agent", "action", "after"]
    engine.publish("p", route(["run.hop", "steps.greet.error.kind"], columns, rules))
    run = await engine.start("p", input={"name": "Mallory"})
    state = await engine.until(run, "stopped", "completed")
    assert (state.status, state.result) == ("completed", {})
    history = await engine.history(run)
    assert history.hops[0].ordered()[0].output == {"greeting": "hello Mallory"}
    assert history.hops[2].decision.previous.status == "ok"


async def test_a_rerouted_step_goes_to_the_agent_that_tables_choose_then(engine: Harness) -> None:
    """`reroute` sends the step back to the tables; the hops of guards use up no hop of the run."""
    rules = [
        ["-", "2", "null", '"complete"', "null"],
        ["null", "-", '"greet"', "null", '["watcher", "diverter"]'],
        ['"rerouted"', "-", '"greet_in_a_thread"', "null", '"watcher"'],
        ["-", "-", "null", '"complete"', "null"],
    ]
    inputs = ["last.outcomes[1].error.kind", "run.hop - 1"]
    engine.publish("p", route(inputs, ["agent", "action", "before"], rules))
    run = await engine.start("p", limits=Limits(hops=3))
    state = await engine.until(run, "stopped", "completed", "failed")
    assert (state.status, state.result) == ("completed", {"greeting": "good day world"})
    assert engine.calls() == {"watcher": 2, "diverter": 1, "greet_in_a_thread": 1}


@pytest.mark.parametrize("side", ["before", "after"])
async def test_a_guard_without_a_verdict_blocks(engine: Harness, side: str) -> None:
    """What nobody vouched for goes nowhere."""
    hops = [{"agent": '"greet"', side: '"broken_guard"'}, {"action": '"complete"', "result": "last.outcomes[1].error"}]
    engine.publish("p", by_hop([*COLUMNS, "result"], hops))
    state = await engine.until(await engine.start("p"), "completed")
    what = "input" if side == "before" else "output"
    assert state.result["kind"] == "guard_failed"
    assert state.result["message"] == (
        f"guard `broken_guard` blocked the {what} of `greet`: `alow` is no verdict; did you mean `allow`?"
    )


async def test_guards_of_the_project_look_at_every_step(engine: Harness) -> None:
    """They come before those of a row, and no row can leave them out."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"', "before": '["bouncer", "watcher"]'}, DONE]))
    guards = Guards(before=("watcher",), after=("censor",))
    run = await engine.start("p", input={"name": "Ada"}, guards=guards)
    state = await engine.until(run, "completed")
    assert state.result == {"greeting": "hello X"}
    assert stages(await engine.history(run)) == [
        (None, ["watcher"]),
        ("guards_before", ["bouncer"]),
        ("guarded", ["greet"]),
        ("guards_after", ["censor"]),
        (None, []),
    ]


async def test_an_output_is_reused_only_where_the_same_guards_see_it_again(engine: Harness) -> None:
    """What a guard redacted reaches no step without the guard; with it, the agent isn't asked once more."""
    columns = [*COLUMNS, "reuse"]
    guarded = {"agent": '"greet"', "after": '"censor"', "reuse": "true"}
    engine.publish("p", by_hop(columns, [guarded, guarded, {"agent": '"greet"', "reuse": "true"}, DONE]))
    run = await engine.start("p", input={"name": "Ada"})
    await engine.until(run, "completed")
    assert engine.calls() == {"greet": 2, "censor": 2}
    history = await engine.history(run)
    assert [(o.agent, o.reused) for hop in history.hops for o in hop.ordered()] == [
        ("greet", False),
        ("censor", False),
        ("greet", True),
        ("censor", False),
        ("greet", False),
    ]


async def test_guards_look_at_child_runs_too(engine: Harness) -> None:
    """What a guard blocks isn't even started; what a child gives is looked at before its parent's tables see it."""
    engine.publish("child", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    rules = [
        ["1", '"run:child"', "null", '"bouncer"', '"censor"', '[{name: "Mallory"}, {name: "Ada"}]'],
        ["2", "null", '"complete"', "null", "null", "null"],
    ]
    engine.publish("p", route(["run.hop"], ["agent", "action", "before", "after", "for_each"], rules))
    run = await engine.start("p")
    state = await engine.until(run, "stopped", "completed")
    assert (state.status, state.result) == ("completed", {"greeting": "hello X"})
    assert await engine.router.store.state(f"{run}/2.1") is None
    assert engine.calls() == {"bouncer": 2, "greet": 1, "censor": 1}


async def test_guards_look_at_every_attempt_that_counts(engine: Harness) -> None:
    """A step that is tried again by the policy's retries is looked at once it has gone well."""
    columns = [*COLUMNS, "retries"]
    engine.publish("p", by_hop(columns, [{"agent": '"flaky"', "after": '"watcher"', "retries": "1"}, DONE]))
    run = await engine.start("p")
    await engine.until_called("flaky")
    await called_after_a_wait(engine, "flaky", 2)
    await engine.until(run, "completed")
    assert engine.calls() == {"flaky": 2, "watcher": 1}
