"""Deadlines and SLOs on every engine: time that is over ends a hop, and what is there goes back to the tables."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.scenarios.harness import Harness
from tests.support.tables import by_hop, route

from dmnroute.routing.history import Hop
from dmnroute.routing.records.run import Limits

COLUMNS = ["agent", "for_each", "join", "timeout", "hop_timeout", "until_slo", "action", "wait", "signal", "result"]
TOLD = {
    "action": '"complete"',
    "result": "{status: last.status, joined: last.joined, cut: last.cut, breached: slo.breached}",
}
HOUR = Decimal(3600)


def statuses(hop: Hop) -> list[str]:
    return [outcome.status for outcome in hop.ordered()]


@pytest.mark.parametrize(
    ("agents", "join", "ended", "told"),
    [
        ('["greet", "hang", "fail"]', "null", "ok timeout failed", ("partial", False)),
        ('["greet", "hang", "hang"]', "2", "ok timeout timeout", ("partial", False)),
        ('["hang", "hang"]', '"any"', "timeout timeout", ("timeout", False)),
        ('["greet", "hang"]', '"count(outcomes[status = \\"timeout\\"]) > 0"', "ok timeout", ("partial", True)),
        ('"hang"', "null", "timeout", ("timeout", False)),
    ],
    ids=["all", "a number", "any", "a condition", "one agent"],
)
async def test_a_hop_ends_with_what_is_there_when_its_time_is_over(
    engine: Harness, agents: str, join: str, ended: str, told: tuple[str, bool]
) -> None:
    """Its steps have their own, longer timeouts; the hop's time ends them all, and `last.cut` says so."""
    hop = {"agent": agents, "join": join, "timeout": "7200", "hop_timeout": 'duration("PT1H")'}
    engine.publish("p", by_hop(COLUMNS, [hop, TOLD]))
    run = await engine.start("p")
    for agent in ("greet", "fail", "hang"):
        await engine.until_called(agent, agents.count(agent))
    await engine.advance(3600)
    state = await engine.until(run, "completed")
    status, joined = told
    assert state.result == {"status": status, "joined": joined, "cut": "hop_timeout", "breached": False}
    hops = (await engine.history(run)).hops
    assert statuses(hops[0]) == ended.split()
    late = next(outcome for outcome in hops[0].ordered() if outcome.status == "timeout")
    assert late.error is not None
    assert (late.error.kind, late.cut) == ("timeout", "hop_timeout")


async def test_a_join_that_is_met_in_time_isnt_cut(engine: Harness) -> None:
    """The time of a hop is the longest that it may take, not how long it takes."""
    hop = {"agent": '["hang", "greet"]', "join": '"any"', "hop_timeout": "50"}
    engine.publish("p", by_hop(COLUMNS, [hop, TOLD]))
    run = await engine.start("p")
    state = await engine.until(run, "completed")
    assert state.result == {"status": "ok", "joined": True, "cut": None, "breached": False}


@pytest.mark.parametrize(
    ("hop", "status"),
    [
        ({"agent": '["greet", "hang"]', "timeout": "7200"}, "partial"),
        ({"action": '"wait"', "signal": '"paid"'}, "timeout"),
        ({"action": '"wait"'}, "timeout"),
        ({"action": '"escalate"', "wait": "7200"}, "timeout"),
    ],
    ids=["agents", "a signal", "nothing else", "people"],
)
async def test_the_breach_of_an_slo_routes(engine: Harness, hop: dict[str, str], status: str) -> None:
    """What goes on ends where `until_slo` says so: the tables decide what is done about it."""
    rules = [
        ["true", *(TOLD.get(column, "null") for column in COLUMNS)],
        ["false", *({"until_slo": "true", **hop}.get(column, "null") for column in COLUMNS)],
    ]
    engine.publish("p", route(["slo.breached"], COLUMNS, rules))
    run = await engine.start("p", limits=Limits(slo=HOUR))
    if "agent" in hop:
        await engine.until_called("hang")
    else:
        await engine.until(run, "waiting", "escalated")
    await engine.advance(3601)
    state = await engine.until(run, "completed")
    assert state.result["status"] == status
    assert (state.result["cut"], state.result["breached"]) == ("slo", True)


async def test_a_breach_ends_one_hop_only(engine: Harness) -> None:
    """After it `until_slo` has no effect any more: the run goes on, and isn't ended by its SLO."""
    late = {"agent": '"hang"', "timeout": "7200", "until_slo": "true"}
    engine.publish("p", by_hop(COLUMNS, [late, {"agent": '"greet"', "until_slo": "true"}, TOLD]))
    run = await engine.start("p", limits=Limits(slo=HOUR))
    await engine.until_called("hang")
    await engine.advance(3600)
    state = await engine.until(run, "completed")
    assert state.result == {"status": "ok", "joined": True, "cut": None, "breached": True}
    plans = [hop.decision.plan for hop in (await engine.history(run)).hops]
    assert [plan.until_slo for plan in plans] == [True, False, False]


async def test_a_child_run_has_what_is_left_of_its_parents_slo(engine: Harness) -> None:
    """Its tables see the breach when the parent's do."""
    child = {"action": '"complete"', "result": "{target: slo.target, left: slo.left > 0}"}
    engine.publish("child", by_hop(COLUMNS, [child]))
    parent = {"agent": '"run:child"'}
    done = {"action": '"complete"', "result": "steps.child.output"}
    engine.publish("p", by_hop(COLUMNS, [{"action": '"wait"', "wait": "600"}, parent, done]))
    run = await engine.start("p", limits=Limits(slo=HOUR))
    await engine.until(run, "waiting")
    await engine.advance(601)
    state: Any = await engine.until(run, "completed")
    assert 0 < state.result["target"] <= 3000
    assert state.result["left"] is True


async def test_tables_read_how_long_steps_wait_to_be_begun(engine: Harness) -> None:
    """Each outcome knows its own time in the queue, `agents.<name>.queued` the mean of the latest ones."""
    slow = {"agent": '["slow_in_a_thread", "slow_in_a_thread", "slow_in_a_thread"]'}
    told = {
        "action": '"complete"',
        "result": "{steps: last.outcomes.queued, mean: agents.slow_in_a_thread.queued}",
    }
    engine.publish("p", by_hop(COLUMNS, [slow, told]))
    run = await engine.start("p")
    await engine.until_called("slow_in_a_thread", 2)
    await engine.advance(100)
    engine.ledger.with_name("ledger.enough").touch()
    state: Any = await engine.until(run, "completed")
    waited = sorted(seconds or 0 for seconds in state.result["steps"])
    assert waited[1] < 50
    assert waited[2] >= 100
    assert state.result["mean"] >= 30
