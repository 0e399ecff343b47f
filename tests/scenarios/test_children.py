"""Branches of fan-outs and child runs, the same on every engine."""

from __future__ import annotations

from decimal import Decimal

from tests.scenarios.harness import Harness
from tests.support.tables import by_hop

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
