"""Going back in runs, and reuse of what was done before."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.scenarios.harness import Harness, called_after_a_wait
from tests.support.tables import by_hop

from dmnroute.errors import OperatorError
from dmnroute.router.steering import Wish

DONE = {"action": '"complete"'}
COLUMNS = ["agent", "action", "reuse"]


async def test_a_fork_decides_a_hop_anew(engine: Harness) -> None:
    """With the policy as it is now; what was done before isn't done again, and the run itself stays as it was."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, {"agent": '"greet_in_a_thread"'}, DONE]))
    run = await engine.start("p", input={"name": "Ada"})
    await engine.until(run, "completed")
    before = await engine.history(run)
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    fork = await engine.forked(engine.forks.fork(run, hop=2, who="ada"))
    state = await engine.until(fork, "completed")
    assert (state.result, state.hop) == ({"greeting": "hello Ada"}, 2)
    assert engine.calls() == {"greet": 1, "greet_in_a_thread": 1}
    assert await engine.history(run) == before
    history = await engine.history(fork)
    assert [hop.decision.run for hop in history.hops] == [run, fork]


async def test_a_fork_may_begin_with_other_facts(engine: Harness) -> None:
    """Recorded with who and why."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    wishes = [Wish("facts", {"greeting": "good evening"})]
    fork = await engine.forked(engine.forks.fork(run, hop=2, wishes=wishes, who="ada", why="it was late"))
    assert (await engine.until(fork, "completed")).result == {"greeting": "good evening"}
    [control] = (await engine.history(fork)).controls
    assert (control.who, control.why) == ("ada", "it was late")


async def test_a_redrive_does_what_went_wrong(engine: Harness) -> None:
    """Failed branches are done once more; the finished ones aren't, and count."""
    hops = [{"agent": '["fail_once", "greet"]'}, DONE]
    engine.publish("p", by_hop(["agent", "action"], hops))
    run = await engine.start("p")
    await engine.until(run, "completed")
    fork = await engine.forked(engine.forks.redrive(run))
    await engine.until(fork, "completed")
    assert engine.calls() == {"fail_once": 2, "greet": 1}
    hop = (await engine.history(fork)).hops[1]
    assert hop.decision.stage == "again"
    assert [(o.agent, o.status, o.reused) for o in hop.ordered()] == [
        ("fail_once", "ok", False),
        ("greet", "ok", True),
    ]


async def test_a_step_is_done_once_more(engine: Harness) -> None:
    """The tables go on with what it says now."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '["greet", "greet_in_a_thread"]'}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    fork = await engine.forked(engine.forks.rerun(run, [f"{run}/1.1"]))
    await engine.until(fork, "completed")
    assert engine.calls() == {"greet": 2, "greet_in_a_thread": 1}


async def test_a_run_that_went_well_has_nothing_to_redrive(engine: Harness) -> None:
    """It is said, with what can be done instead."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    with pytest.raises(OperatorError) as caught:
        await engine.forks.redrive(run)
    assert str(caught.value) == (
        f"no step of run `{run}` went wrong in its latest hop\nhint: `dmnroute fork {run} --at HOP` decides a hop anew"
    )


async def test_equal_steps_are_reused_as_far_as_the_table_says(engine: Harness) -> None:
    """In this run only, or among all of the tenant; it costs nothing once more."""
    again = {"agent": '"greet"', "reuse": '"run"'}
    engine.publish("p", by_hop(COLUMNS, [again, again, DONE]))
    first = await engine.start("p", run="first")
    assert (await engine.until(first, "completed")).cost == Decimal("0.01")
    assert engine.calls() == {"greet": 1}
    second = await engine.start("p", run="second")
    await engine.until(second, "completed")
    assert engine.calls() == {"greet": 2}
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"', "reuse": '"tenant"'}, DONE]))
    third = await engine.start("p", run="third")
    assert (await engine.until(third, "completed")).cost == 0
    assert engine.calls() == {"greet": 2}


async def test_what_one_tenant_found_is_anothers_only_where_the_table_says_so(engine: Harness) -> None:
    """Of all tenants alone with `"global"`; what is found is paid once."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"', "reuse": '"tenant"'}, DONE]))
    for tenant, calls in (("north", 1), ("south", 2), ("north", 2)):
        engine.tenant = tenant
        run = await engine.start("p", run=f"{tenant}-{calls}")
        assert (await engine.until(run, "completed")).run.tenant == tenant
        assert engine.calls() == {"greet": calls}
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"', "reuse": '"global"'}, DONE]))
    engine.tenant = "west"
    run = await engine.start("p", run="west")
    assert (await engine.until(run, "completed")).cost == 0
    assert engine.calls() == {"greet": 2}


async def test_old_results_are_not_reused(engine: Harness) -> None:
    """After so many seconds the agent is asked again."""
    columns = [*COLUMNS, "reuse_for"]
    engine.publish("p", by_hop(columns, [{"agent": '"greet"', "reuse": "true", "reuse_for": "60"}, DONE]))
    await engine.until(await engine.start("p", run="first"), "completed")
    await engine.until(await engine.start("p", run="second"), "completed")
    assert engine.calls() == {"greet": 1}
    await engine.advance(61)
    await engine.until(await engine.start("p", run="third"), "completed")
    assert engine.calls() == {"greet": 2}


async def test_what_has_effects_outside_is_never_reused(engine: Harness) -> None:
    """Whatever the table says: a mail that was sent once isn't sent for somebody else."""
    again = {"agent": '"send"', "reuse": "true"}
    engine.publish("p", by_hop(COLUMNS, [again, again, DONE]))
    await engine.until(await engine.start("p"), "completed")
    assert engine.calls() == {"send": 2}


async def test_a_fork_may_follow_another_policy(engine: Harness) -> None:
    """From the hop on that it decides anew; the hops before stay those of the policy that decided them."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, {"agent": '"greet_in_a_thread"'}, DONE]))
    engine.publish("q", by_hop(COLUMNS, [{}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    wishes = [Wish("policy", {"policy": "q", "version": None})]
    fork = await engine.forked(engine.forks.fork(run, hop=2, wishes=wishes, who="ada"))
    assert (await engine.until(fork, "completed")).result == {"greeting": "hello world"}
    assert [hop.decision.policy for hop in (await engine.history(fork)).hops] == ["p", "q"]


async def test_a_fan_out_reuses_branch_by_branch(engine: Harness) -> None:
    """Only what is new is done; the others cost nothing, and their facts are there."""
    hop = {"agent": '"double"', "for_each": "run.input.numbers", "reuse": "true"}
    engine.publish("p", by_hop([*COLUMNS, "for_each"], [hop, DONE]))
    await engine.until(await engine.start("p", run="one", input={"numbers": [1, 2]}), "completed")
    run = await engine.start("p", run="two", input={"numbers": [1, 2, 3]})
    state = await engine.until(run, "completed")
    assert state.result == {"doubled": [2, 4, 6]}
    assert [outcome.reused for outcome in (await engine.history(run)).hops[0].ordered()] == [True, True, False]
    assert engine.calls() == {"double": 3}


async def test_a_fork_reuses_what_its_run_found(engine: Harness) -> None:
    """With the scope `run`, too: it is the same run until there."""
    again = {"agent": '"greet"', "reuse": '"run"'}
    engine.publish("p", by_hop(COLUMNS, [again, {"agent": '"fail"'}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    fork = await engine.forked(engine.forks.fork(run, hop=2, who="ada"))
    await engine.until(fork, "completed")
    engine.publish("p", by_hop(COLUMNS, [again, again, DONE]))
    other = await engine.forked(engine.forks.fork(run, hop=2, name=f"{run}-again", who="ada"))
    await engine.until(other, "completed")
    assert engine.calls() == {"greet": 1, "fail": 2}
    assert (await engine.history(other)).hops[1].ordered()[0].reused


async def test_what_a_retry_has_found_is_reused(engine: Harness) -> None:
    """A failure never is: the step is tried until it goes well, and that stands in for the next one."""
    again = {"agent": '"flaky"', "reuse": "true", "retries": "1"}
    engine.publish("p", by_hop([*COLUMNS, "retries"], [again, again, DONE]))
    run = await engine.start("p")
    await engine.until_called("flaky")
    await called_after_a_wait(engine, "flaky", 2)
    assert (await engine.until(run, "completed")).result == {"answer": "at last"}
    assert engine.calls() == {"flaky": 2}
