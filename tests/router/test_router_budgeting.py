"""What the router holds back for steps: what agents have cost so far, and the shares of child runs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.support.tables import by_hop

from dmnroute.dmn import load
from dmnroute.router.accounts import account_of_one_run, accounts_of_runs, shared_accounts
from dmnroute.router.children import child_of
from dmnroute.router.router import Router
from dmnroute.routing.amounts import Amounts
from dmnroute.routing.breaker_rules import BreakerRules
from dmnroute.routing.budgets import Budget
from dmnroute.routing.catalogue import AgentSpec, Catalogue
from dmnroute.routing.records.hop import Estimate
from dmnroute.routing.records.run import Guards, Limits
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.routing.replay import replay
from dmnroute.store.memory.store import MemoryStore
from dmnroute.testing import FixedPolicies, ManualClock

COLUMNS = ["agent", "action", "max_cost"]
DONE = {"action": '"complete"'}
DAY = Budget(tenant="*", period="day", cost=Decimal(1))


def spec(name: str, cost: str | None = None) -> AgentSpec:
    return AgentSpec(
        name, fields=frozenset(), required=frozenset(), cost=None if cost is None else Decimal(cost), version="1"
    )


CATALOGUE = Catalogue({each.name: each for each in (spec("ask"), spec("ocr", "0.25"))})


async def begun(*hops: dict[str, str], budgets: list[Budget] | None = None, limits: Limits | None = None) -> Router:
    """A router, and the run `r` before its first hop; `q` is the policy of children."""
    texts = {"p": by_hop(COLUMNS, hops), "q": by_hop(COLUMNS, [{"agent": '"ocr"'}, DONE])}
    policies = FixedPolicies({name: load(text.encode(), name=f"{name}.dmn") for name, text in texts.items()})
    clock = ManualClock()
    router = Router(MemoryStore(), policies, CATALOGUE, clock, Guards(), BreakerRules(), budgets=budgets or [])
    await router.start([router.new_run("r", "p", input={}, limits=limits or Limits())])
    return router


def ok(step: str, agent: str = "ask", **fields: Any) -> Outcome:
    return Outcome(**{"step": step, "agent": agent, "status": "ok"} | fields)


async def planned(router: Router, *outcomes: Outcome) -> tuple[PlannedStep, ...]:
    """The steps of the hop that follows when these outcomes have been recorded."""
    for outcome in outcomes:
        await router.record(outcome)
    turn = await router.route("r")
    assert turn.new
    return turn.hop.decision.plan.steps


async def test_an_agent_that_declares_no_cost_is_held_back_as_it_cost_so_far() -> None:
    """The mean of its calls; before the first nobody knows."""
    router = await begun({"agent": '"ask"'}, {"agent": '["ask", "ocr"]'}, DONE, budgets=[DAY])
    (first,) = await planned(router)
    assert first.reserve is None
    ask, ocr = await planned(router, ok("r/1.1", cost=Decimal("0.3")))
    assert (ask.reserve, ocr.reserve) == (Decimal("0.3"), Decimal("0.25"))
    (account,) = await router.store.accounts()
    assert (account.spent.cost, account.reserved.cost) == (Decimal("0.3"), Decimal("0.55"))


async def test_an_estimate_is_kept_with_the_decision_and_replayed() -> None:
    """Only that of the agents whose estimate was needed."""
    router = await begun({"agent": '"ask"'}, {"agent": '["ask", "ocr"]'}, DONE, budgets=[DAY])
    await planned(router)
    await planned(router, ok("r/1.1", cost=Decimal("0.3")))
    history = await router.store.history("r")
    assert history is not None
    assert history.hops[1].decision.estimates == {"ask": Estimate(cost=Decimal("0.3"))}
    policy = await router.policies.active("p")
    assert all(replay(history, hop, policy=policy, catalogue=CATALOGUE).identical for hop in (1, 2))


async def test_without_budgets_nobody_looks_for_estimates() -> None:
    """Nothing counts what they would say."""
    router = await begun({"agent": '"ask"'}, {"agent": '"ask"'}, DONE)
    await planned(router)
    await planned(router, ok("r/1.1", cost=Decimal("0.3")))
    history = await router.store.history("r")
    assert history is not None
    assert [hop.decision.estimates for hop in history.hops] == [{}, {}]


async def test_steps_that_were_refused_make_nothing_cheaper() -> None:
    """What nobody did has cost nothing: that says nothing of the next call."""
    tight = Budget(tenant="*", cost=Decimal("0.5"))
    hops = [{"agent": '"ask"'}, {"agent": '["ask", "ask"]'}, {"agent": '"ask"'}, DONE]
    router = await begun(*hops, budgets=[tight])
    await planned(router)
    await planned(router, ok("r/1.1", cost=Decimal("0.2")))
    (third,) = await planned(router, ok("r/2.1", cost=Decimal("0.2")))
    history = await router.store.history("r")
    assert history is not None
    (refused,) = [each for each in history.hops[1].ordered() if each.error]
    assert (refused.step, refused.error and refused.error.kind, refused.calls) == ("r/2.2", "budget", 0)
    assert third.reserve == Decimal("0.2")


async def test_tokens_are_held_back_where_a_budget_counts_them() -> None:
    """Rounded up: half a token fits nowhere."""
    router = await begun({"agent": '"ask"'}, {"agent": '"ask"'}, DONE, limits=Limits(tokens=100))
    await planned(router)
    (second,) = await planned(router, ok("r/1.1", tokens=41, cost=Decimal(0)))
    assert second.reserve_tokens == 41
    state = await account_of_one_run(router.store, "r")
    assert (state[0].spent.tokens, state[0].reserved.tokens) == (41, 41)


async def test_children_share_what_their_parent_has_left() -> None:
    """As the row says, else equal parts: of money, tokens and calls; all of it is held back for them."""
    limits = Limits(cost=Decimal(1), tokens=100, calls=9)
    router = await begun({"agent": '["run:q", "run:q"]'}, DONE, limits=limits)
    first, second = await planned(router)
    assert (first.max_cost, first.max_tokens, first.max_calls) == (Decimal("0.5"), 50, 4)
    child = child_of(second, router, limits=limits)
    assert (child.limits.cost, child.limits.tokens, child.limits.calls) == (Decimal("0.5"), 50, 4)
    (state,) = await account_of_one_run(router.store, "r")
    assert (state.reserved.cost, state.reserved.tokens, state.reserved.calls) == (Decimal(1), 100, 8)


async def test_a_child_gets_what_its_row_says() -> None:
    """A row that wants more than is left ends the run, rather than starve the child."""
    router = await begun({"agent": '"run:q"', "max_cost": "0.3"}, DONE, limits=Limits(cost=Decimal(1)))
    (step,) = await planned(router)
    assert step.max_cost == Decimal("0.3")
    router = await begun({"agent": '["run:q", "run:q"]', "max_cost": "0.6"}, DONE, limits=Limits(cost=Decimal(1)))
    decision = (await router.route("r")).hop.decision
    assert (decision.limit, decision.plan.reason) == (
        "cost",
        "the next steps may cost 1.2 USD, and 1 of 1 USD is left",
    )


async def test_the_steps_of_a_child_count_for_their_tenant_once() -> None:
    """The child's step counts in the budget of its parent, the steps of the child in that of the tenant."""
    router = await begun({"agent": '"run:q"'}, DONE, budgets=[DAY], limits=Limits(cost=Decimal(1)))
    (step,) = await planned(router)
    assert await router.store.accounts() == []
    await router.start([child_of(step, router, limits=Limits(cost=Decimal(1)))])
    await router.route(step.id)
    (account,) = await router.store.accounts()
    assert account.reserved.cost == Decimal("0.25")


async def test_accounts_of_budgets_are_there_before_anybody_has_used_them() -> None:
    """Those with a name; with the limits of today's settings; of periods that are over only if they are asked for."""
    named = Budget(agent="ocr", period="hour", calls=5)
    router = await begun({"agent": '"ocr"'}, {"agent": '"ocr"'}, DONE, budgets=[DAY, named])
    await planned(router)
    now, larger = router.clock.now(), DAY.model_copy(update={"cost": Decimal(2)})
    found = {str(each.account): each for each in await shared_accounts(router.store, [larger, named], now=now)}
    day, hour = f"tenant `default`, day {now:%Y-%m-%d}", f"agent `ocr`, hour {now:%Y-%m-%d %H}:00"
    assert set(found) == {hour, day}
    assert (found[day].account.limits.cost, found[day].reserved.cost) == (Decimal(2), Decimal("0.25"))
    assert found[hour].reserved.calls == 1
    assert isinstance(router.clock, ManualClock)
    await router.clock.advance(86_400)
    later = await shared_accounts(router.store, [named], now=router.clock.now())
    assert [each.reserved.calls for each in later] == [None]
    past = await shared_accounts(router.store, [named], now=router.clock.now(), past=True)
    assert {str(each.account) for each in past} == {hour, day, str(later[0].account)}


async def test_accounts_of_runs() -> None:
    """Those that go on and have limits; of one that has ended, what its history says."""
    router = await begun({"agent": '"ocr"'}, DONE, limits=Limits(calls=3))
    await router.start([router.new_run("free", "p", input={}, limits=Limits())])
    await planned(router)
    (state,) = await accounts_of_runs(router.store)
    assert (str(state.account), state.reserved.calls) == ("run `r`", 1)
    assert await accounts_of_runs(router.store, tenant="other") == []
    assert await account_of_one_run(router.store, "free") == []
    await planned(router, ok("r/1.1", "ocr", cost=Decimal("0.2"), calls=2))
    assert await accounts_of_runs(router.store) == []
    (state,) = await account_of_one_run(router.store, "r")
    assert (state.spent.calls, state.spent.cost, state.reserved) == (2, Decimal("0.2"), Amounts())
