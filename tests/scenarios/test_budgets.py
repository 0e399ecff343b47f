"""Budgets on every engine: what runs, tenants and agents may use is held back before anybody is sent."""

from __future__ import annotations

from decimal import Decimal

from tests.scenarios.harness import Harness
from tests.support.tables import by_hop, route

from dmnroute.routing.budgets import Budget
from dmnroute.routing.records.run import Limits

DONE = {"action": '"complete"'}
COLUMNS = ["agent", "action"]


async def test_a_step_that_no_budget_allows_is_an_outcome(engine: Harness) -> None:
    """Its kind is `budget`; the others of its hop are sent, and the tables choose another way."""
    engine.budgets.append(Budget(tenant="*", period="day", cost=Decimal("0.5")))
    rules = [
        ["1", "-", '["pricey", "pricey"]', "null"],
        ["2", '"budget"', '"greet"', "null"],
        ["3", "-", "null", '"complete"'],
    ]
    engine.publish("p", route(["run.hop", "last.outcomes[2].error.kind"], COLUMNS, rules))
    run = await engine.start("p")
    await engine.until(run, "completed")
    outcomes = (await engine.history(run)).hops[0].ordered()
    assert [(o.status, o.error and o.error.kind) for o in outcomes] == [("ok", None), ("failed", "budget")]
    assert engine.calls() == {"pricey": 1, "greet": 1}


async def test_tables_read_the_budget_of_the_tenant(engine: Harness) -> None:
    """They take the cheaper agent as soon as the budget warns; what they read is kept with the decision."""
    engine.budgets.append(Budget(tenant="*", period="month", cost=Decimal("0.5"), warn=Decimal("0.8")))
    rules = [["3", "-", "null", '"complete"'], ["-", "true", '"greet"', "null"], ["-", "false", '"pricey"', "null"]]
    engine.publish("p", route(["run.hop", "budget.tenant.warning"], COLUMNS, rules))
    run = await engine.start("p")
    await engine.until(run, "completed")
    decisions = [hop.decision for hop in (await engine.history(run)).hops]
    assert [step.agent for each in decisions for step in each.plan.steps] == ["pricey", "greet"]
    assert decisions[1].standing["cost"]["ratio"] == Decimal("0.8")


async def test_the_calls_of_a_run_are_limited(engine: Harness) -> None:
    """The run ends with its facts so far, and says which limit it was."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, {"agent": '["greet", "greet"]'}, DONE]))
    run = await engine.start("p", limits=Limits(calls=2))
    state = await engine.until(run, "failed")
    last = (await engine.history(run)).hops[-1].decision
    assert (last.limit, last.plan.reason) == ("calls", "the next steps are 2 calls, and 1 of 2 are left")
    assert state.result == {"greeting": "hello world"}


async def test_an_agent_asks_before_it_spends(engine: Harness) -> None:
    """What isn't allowed is an outcome of kind `budget`, and has cost nothing."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '["spend", "spend"]'}, DONE]))
    run = await engine.start("p", input={"usd": Decimal("0.3")}, limits=Limits(cost=Decimal("0.5")))
    state = await engine.until(run, "completed")
    outcomes = (await engine.history(run)).hops[0].ordered()
    assert [o.error.kind if o.error else o.cost for o in outcomes] == ["budget", "budget"]
    assert state.cost == 0
