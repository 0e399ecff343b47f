"""Branches of fan-outs and child runs, the same on every engine."""

from __future__ import annotations

from decimal import Decimal

from tests.scenarios.harness import Harness
from tests.support.tables import by_hop, route

from dmnroute.routing.records.run import Limits

COLUMNS = ["agent", "for_each", "branch", "share", "collect", "action", "result"]
DONE = {"action": '"complete"'}


async def test_branches_have_keys_shares_and_one_result(engine: Harness) -> None:
    """Each vote stands under its voter's key, costs at most its share, and what failed is missing."""
    hop = {
        "agent": '"vote"',
        "for_each": "run.input.ballots",
        "branch": "run.input.ballots.voter",
        "share": "0.25",
        "collect": '{voter: "map"}',
    }
    done = DONE | {"result": "{voter: facts.voter, of: last.outcomes.branch, steps: steps.vote.branch}"}
    engine.publish("p", by_hop(COLUMNS, [hop, done]))
    votes = {"ann": "0.9", "bob": "-1", "cem": "0.8"}
    ballots = [{"voter": voter, "confidence": said} for voter, said in votes.items()]
    run = await engine.start("p", input={"ballots": ballots}, limits=Limits(cost=Decimal(1)))
    state = await engine.until(run, "completed")
    assert state.result == {"voter": {"ann": "ann", "cem": "cem"}, "of": ["ann", "bob", "cem"], "steps": "cem"}
    steps = (await engine.history(run)).hops[0].decision.plan.steps
    assert [(step.branch, step.max_cost) for step in steps] == [(voter, Decimal("0.25")) for voter in votes]


async def test_a_redrive_does_the_failed_branches_alone(engine: Harness) -> None:
    """They bear the same keys, and the collected fact has all of them."""
    hop = {"agent": '["fail_once", "greet", "greet_in_a_thread"]', "collect": '"map"'}
    engine.publish("p", by_hop(COLUMNS, [hop, DONE]))
    run = await engine.start("p")
    state = await engine.until(run, "completed")
    assert state.result == {"greeting": {"greet": "hello world", "greet_in_a_thread": "good day world"}}
    fork = await engine.forked(engine.forks.redrive(run))
    assert (await engine.until(fork, "completed")).result == state.result
    assert engine.calls() == {"fail_once": 2, "greet": 1, "greet_in_a_thread": 1}
    assert [step.branch for step in (await engine.history(fork)).hops[1].decision.plan.steps] == [
        "fail_once",
        "greet",
        "greet_in_a_thread",
    ]


async def test_a_child_tells_its_parent_of_confidence_cost_and_coverage(engine: Harness) -> None:
    """The parent's table reads how much of the child's work was done, how surely, and what it cost."""
    votes = {"agent": '"vote"', "for_each": "run.input.ballots", "collect": '{voter: "list"}'}
    engine.publish("group", by_hop(COLUMNS, [votes, DONE]))
    result = "{coverage: last.coverage, of: last.outcomes.coverage, sure: last.confidence, voters: facts.voter}"
    engine.publish("p", by_hop(COLUMNS, [{"agent": '["run:group", "greet"]'}, DONE | {"result": result}]))
    ballots = [{"voter": name, "confidence": said} for name, said in (("a", "0.7"), ("b", "-1"), ("c", "0.95"))]
    run = await engine.start("p", input={"ballots": ballots})
    state = await engine.until(run, "completed")
    assert state.result == {
        "coverage": Decimal("0.833333"),
        "of": [Decimal("0.666666"), None],
        "sure": Decimal("0.7"),
        "voters": ["a", "c"],
    }
    # Two votes, and the greeting.
    assert state.cost == Decimal("0.05")


async def test_a_redrive_goes_on_in_the_child_runs(engine: Harness) -> None:
    """What went well within a child isn't done again either, and nothing is paid twice."""
    engine.publish("group", by_hop(COLUMNS, [{"agent": '["fail_once", "greet"]'}, DONE]))
    engine.publish("p", by_hop(COLUMNS, [{"agent": '["run:group", "run:other"]'}, DONE]))
    engine.publish("other", by_hop(COLUMNS, [{"agent": '"greet_in_a_thread"'}, DONE]))
    run = await engine.start("p", limits=Limits(cost=Decimal(1), unknown_cost=Decimal(0)))
    before = await engine.until(run, "completed")
    fork = await engine.forked(engine.forks.redrive(run))
    state = await engine.until(fork, "completed")
    assert engine.calls() == {"fail_once": 2, "greet": 1, "greet_in_a_thread": 1}
    hop = (await engine.history(fork)).hops[1]
    assert [(o.agent, o.status, o.coverage, o.cost, o.reused) for o in hop.ordered()] == [
        ("group", "ok", 1, 0, False),
        ("other", "ok", 1, 0, True),
    ]
    assert state.cost == before.cost == Decimal("0.01")
    child = await engine.history(f"{fork}/2.1")
    assert child.run.origin is not None
    assert child.run.origin.run == f"{run}/1.1"


async def test_a_redrive_leaves_those_alone_who_lost_a_race(engine: Harness) -> None:
    """What failed is done once more; what was cancelled because enough had come in was wanted no more."""
    enough = '"count(outcomes[status = \\"ok\\"]) > 0 and count(outcomes[status = \\"failed\\"]) > 0"'
    hop = {"agent": '["fail_once", "greet", "hang"]', "join": enough}
    engine.publish("p", by_hop([*COLUMNS, "join"], [hop, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    assert [o.status for o in (await engine.history(run)).hops[0].ordered()] == ["failed", "ok", "cancelled"]
    called = engine.calls()["hang"]
    fork = await engine.forked(engine.forks.redrive(run))
    await engine.until_called("fail_once", 2)
    # The condition of the hop counts a failure, and nothing fails any more: it ends with its last step.
    await engine.until(fork, "completed")
    assert (engine.calls()["hang"], engine.calls()["greet"]) == (called, 1)


async def test_a_redrive_of_a_cancelled_run_does_what_never_ended(engine: Harness) -> None:
    """The finished branches aren't done again."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '["greet", "hang"]'}, DONE]))
    run = await engine.start("p")
    await engine.until_called("hang")
    while not (await engine.history(run)).hops[0].outcomes:
        await engine.advance(0)
    await engine.cancel(run)
    await engine.until(run, "cancelled")
    fork = await engine.forked(engine.forks.redrive(run))
    await engine.until_called("hang", 2)
    await engine.cancel_step(f"{fork}/2.2")
    state = await engine.until(fork, "completed")
    assert state.result == {"greeting": "hello world"}
    assert engine.calls() == {"greet": 1, "hang": 2}


async def test_a_wide_list_is_done_in_child_runs(engine: Harness) -> None:
    """A batch for each: no hop is wider than it may be, and what they found is together as if one hop had done it."""
    rules = [
        ["1", "> 3", '"run:p"', "3", "null"],
        ["1", "-", '"double"', "null", "null"],
        ["-", "-", "null", "null", '"complete"'],
    ]
    columns = ["agent", "batch", "action", "for_each", "result"]
    rest = ["run.input.items", "{doubled: facts.doubled, coverage: last.coverage}"]
    table = route(["run.hop", "count(run.input.items)"], columns, [[*rule, *rest] for rule in rules])
    engine.publish("p", table)
    run = await engine.start("p", input={"items": list(range(1, 9))}, limits=Limits(width=3, depth=1, cost=Decimal(1)))
    state = await engine.until(run, "completed")
    assert state.result == {"doubled": [2, 4, 6, 8, 10, 12, 14, 16], "coverage": 1}
    hop = (await engine.history(run)).hops[0]
    assert [step.branch for step in hop.decision.plan.steps] == ["1", "2", "3"]
    children = [(await engine.history(step.id)).run for step in hop.decision.plan.steps]
    assert sum(child.limits.cost or 0 for child in children) <= 1
    assert {child.limits.depth for child in children} == {0}
    assert engine.calls() == {"double": 8}


async def test_child_runs_are_nested_only_so_deep(engine: Harness) -> None:
    """A policy that starts itself comes to an end: the deepest run stops, and says why."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"run:p"'}, DONE]))
    run = await engine.start("p", limits=Limits(depth=2))
    state = await engine.until(f"{run}/1.1/1.1", "stopped")
    assert state.stop is not None
    assert (state.stop.code, state.run.limits.depth) == ("too_deep", 0)
    await engine.cancel(run)
    await engine.until(run, "cancelled")


async def test_a_race_is_over_with_its_first_child(engine: Harness) -> None:
    """The child run that lost is ended, and so are its steps; what it has spent is the parent's."""
    engine.publish("slow", by_hop(COLUMNS, [{"agent": '"pricey"'}, {"agent": '"hang"'}, DONE]))
    wait = {"agent": '["run:slow", "run:late"]', "join": '"any"'}
    engine.publish("late", by_hop([*COLUMNS, "signal"], [{"action": '"wait"', "signal": '"go"'}, DONE]))
    engine.publish("p", by_hop([*COLUMNS, "join"], [wait, DONE | {"result": "last.outcomes.status"}]))
    run = await engine.start("p")
    await engine.until_called("hang")
    await engine.until(f"{run}/1.2", "waiting")
    await engine.signal(f"{run}/1.2", "go")
    state = await engine.until(run, "completed")
    assert state.result == ["cancelled", "ok"]
    assert (await engine.until(f"{run}/1.1", "cancelled")).cost == Decimal("0.4")
    assert state.cost == Decimal("0.4")
