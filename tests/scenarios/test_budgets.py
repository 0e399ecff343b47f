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


async def test_a_table_does_less_as_the_money_goes(engine: Harness) -> None:
    """Two at once by the dear agent, then one by the cheap one, then the answers so far: by the run's own budget."""
    rules = [
        ["null", '["pricey", "pricey"]', "null"],
        ["[0.8..0.805)", '"greet"', "null"],
        [">= 0.805", "null", '"complete"'],
        ["-", '["pricey", "pricey"]', "null"],
    ]
    engine.publish("p", route(["budget.ratio"], COLUMNS, rules))
    run = await engine.start("p", limits=Limits(cost=Decimal(1)))
    state = await engine.until(run, "completed")
    assert state.result == {"answer": "42", "greeting": "hello world"}
    assert engine.calls() == {"pricey": 2, "greet": 1}


async def test_an_agent_has_a_budget_of_its_own(engine: Harness) -> None:
    """Runs share it; tables read it, and go to another agent."""
    engine.budgets.append(Budget(agent="pricey", period="day", calls=1))
    rules = [
        ["-", '"ok"', "null", '"complete"'],
        ["1", "-", '"greet"', "null"],
        ["-", "-", '"pricey"', "null"],
    ]
    engine.publish("p", route(["agents.pricey.budget.calls.ratio", "last.status"], COLUMNS, rules))
    for name, calls in (("one", {"pricey": 1}), ("two", {"pricey": 1, "greet": 1})):
        await engine.until(await engine.start("p", run=name), "completed")
        assert engine.calls() == calls


async def test_tokens_are_limited_and_models_have_prices(engine: Harness) -> None:
    """What a call takes is known after the first one; another one that doesn't fit any more isn't sent."""
    again = {"agent": '"chat"', "model": '"gpt-4o-mini"'}
    engine.publish("p", by_hop([*COLUMNS, "model"], [again, again, DONE]))
    run = await engine.start("p", limits=Limits(tokens=2000))
    state = await engine.until(run, "failed")
    last = (await engine.history(run)).hops[-1].decision
    assert (last.limit, last.plan.reason) == ("tokens", "the next steps may take 1500 tokens, and 500 of 2000 are left")
    assert (state.cost, state.result) == (Decimal("0.00045"), {"answer": "gpt-4o-mini"})


async def test_a_cost_that_nobody_knows_is_not_zero(engine: Harness) -> None:
    """A model without a price: the outcome says null, and tables count those of which nothing is known."""
    done = DONE | {"result": "{cost: last.outcomes[1].cost, unknown: budget.unknown}"}
    engine.publish("p", by_hop([*COLUMNS, "model", "result"], [{"agent": '"chat"', "model": '"homemade"'}, done]))
    state = await engine.until(await engine.start("p"), "completed")
    assert state.result == {"cost": None, "unknown": 1}


async def test_what_an_agent_spends_without_asking_stops_what_would_come_next(engine: Harness) -> None:
    """It is recorded as it is, told, and counts: the next step isn't sent, in this run and in others of the tenant."""
    engine.budgets.append(Budget(tenant="*", period="day", cost=Decimal("0.5")))
    hops = [{"agent": '"overspend"'}, {"agent": '"greet"'}, DONE | {"result": "last.outcomes[1].error.kind"}]
    engine.publish("p", by_hop([*COLUMNS, "result"], hops))
    run = await engine.start("p", run="one")
    state = await engine.until(run, "completed")
    assert (state.cost, state.result) == (Decimal("0.9"), "budget")
    other = await engine.until(await engine.start("p", run="two"), "completed")
    assert other.result == "budget"
    assert engine.calls() == {"overspend": 1}
    told = [event.kind for event in await engine.router.store.events() if event.kind.startswith("budget_")]
    assert "budget_exceeded" in told


async def test_a_run_ends_gracefully_after_an_excess(engine: Harness) -> None:
    """Its own limit is gone: no more steps, the facts so far are the result."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"overspend"'}, {"agent": '"greet"'}, DONE]))
    run = await engine.start("p", limits=Limits(cost=Decimal("0.5")))
    state = await engine.until(run, "failed")
    assert (await engine.history(run)).hops[-1].decision.limit == "cost"
    assert (state.result, engine.calls()) == ({"answer": "dear"}, {"overspend": 1})
