"""Budgets: reserved with the hop, granted while a step works, settled with its outcome, by every store alike."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from tests.store.budgeting import day, end, money, needing, send, standing
from tests.store.conftest import Driver
from tests.store.samples import START, decision, hop, kinds, later, outcome, run

from dmnroute.errors import UsageError
from dmnroute.routing.amounts import Amounts
from dmnroute.routing.budgets import Account, AccountState, Budget, Reservation, Wanted
from dmnroute.routing.outcomes import cancelled
from dmnroute.routing.ports.store import Store


@pytest.fixture(autouse=True)
async def started(store: Store) -> None:
    await store.create([run(), run("r2")])


def usd(*amounts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in amounts)


def grant(cost: str) -> Amounts:
    return Amounts(cost=Decimal(cost))


async def test_what_is_reserved_is_settled_with_the_outcome(store: Store) -> None:
    """The estimate is held back while the step works; then what it cost is spent, and the rest is free again."""
    assert await send(store, day(), "0.4") == []
    assert await money(store, day()) == usd("0", "0.4")
    await end(store, "r1/1.1", "0.15", tokens=20, latency=Decimal("1.5"))
    spent = Amounts(cost=Decimal("0.15"), tokens=20, calls=1, hops=1, time=Decimal("1.5"))
    reserved = Amounts(cost=Decimal(0), calls=0, hops=0)
    assert await standing(store, day()) == AccountState(account=day(), spent=spent, reserved=reserved)
    assert await store.reservation("r1/1.1") is None


async def test_a_reservation_is_read_back_as_written(store: Store) -> None:
    """Step, run, accounts, amounts, and the grant that comes with the sending."""
    await send(store, day(), "0.40")
    assert await store.reservation("r1/1.1") == Reservation(
        step="r1/1.1",
        run="r1",
        accounts=(day().key,),
        amounts=needing("0.40"),
        grants={"sent": Amounts(calls=1, hops=1)},
    )


async def test_a_step_that_does_not_fit_is_refused(store: Store) -> None:
    """The others of its hop are sent, in their order, as long as they fit."""
    refused = await send(store, day(), "0.6", "0.6", "0.4")
    assert [refusal.step for refusal in refused] == ["r1/1.2"]
    assert refused[0].message == (
        "the budget of tenant `acme` doesn't allow it: 0.6 USD of 1 are used, and 0.6 USD more would be needed"
    )
    assert await money(store, day()) == usd("0", "1.0")
    refusals = [event.data for event in await store.events() if event.kind == "budget_refused"]
    assert refusals == [
        {
            "step": "r1/1.2",
            "budget": "tenant `acme`",
            "measure": "cost",
            "limit": Decimal(1),
            "used": Decimal("0.6"),
            "asked": Decimal("0.6"),
        }
    ]


async def test_the_hop_counts_once(store: Store) -> None:
    """It is brought by the first step that is sent, whoever was refused before."""
    account = day("1", hops=1)
    refused = await send(store, account, "3", "0.1", "0.2")
    assert [refusal.step for refusal in refused] == ["r1/1.1"]
    assert (await standing(store, account)).reserved.hops == 1
    again = await send(store, account, "0.1", "0.1", run="r2")
    assert [refusal.measure for refusal in again] == ["hops", "hops"]


async def test_a_hop_that_fails_reserves_nothing(store: Store) -> None:
    """Reservation and hop are kept together, or neither is."""
    wanted = [Wanted(step="r1/1.1", accounts=(day(),), amounts=needing("0.4"))]

    async def fail() -> None:
        async with store.locked("r1") as locked:
            await locked.reserve(wanted, at=START)
            await locked.write(hop(decision()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await money(store, day()) == usd("0", "0")
    assert await store.reservation("r1/1.1") is None
    assert await send(store, day(), "1") == []


async def test_a_reservation_without_its_hop_is_refused(store: Store) -> None:
    """Nobody would ever settle it."""
    wanted = [Wanted(step="r1/1.1", accounts=(day(),), amounts=needing("0.4"))]

    async def reserve(times: int) -> None:
        async with store.locked("r1") as locked:
            for _ in range(times):
                await locked.reserve(wanted, at=START)

    with pytest.raises(UsageError, match="run `r1`: budgets were reserved for a hop that wasn't written"):
        await reserve(1)
    with pytest.raises(UsageError, match="run `r1`: budgets are reserved at most once in a lock"):
        await reserve(2)
    assert await money(store, day()) == usd("0", "0")


async def test_outcomes_of_a_hop_free_what_the_next_needs(store: Store) -> None:
    """What arrives with a hop is settled before its steps reserve."""
    await send(store, day(), "0.9")
    arrived = [outcome("r1/1.1", cost=Decimal("0.1"))]
    assert await send(store, day(), "0.9", number=2, outcomes=arrived) == []
    assert await money(store, day()) == usd("0.1", "0.9")


async def test_an_outcome_is_settled_once(store: Store) -> None:
    """One that comes again, alone or with a hop, changes nothing."""
    await send(store, day(), "0.4")
    assert await end(store, "r1/1.1", "0.3")
    assert not await end(store, "r1/1.1", "0.2")
    await send(store, day(), "0.1", number=2, outcomes=[outcome("r1/1.1", cost=Decimal(5))])
    assert await money(store, day()) == usd("0.3", "0.1")


async def test_a_cancelled_step_gives_back_what_it_was_not_granted(store: Store) -> None:
    """Its call was made all the same."""
    taken = decision(width=2)
    await send(store, day(), "0.4", "0.5")
    await store.spend("r1/1.2", grant("0.2"), key="a.1", at=START)
    first, second = (cancelled(step) for step in taken.plan.steps)
    await store.record(first, at=START)
    await store.record(second.model_copy(update={"cost": None}), at=START)
    assert await money(store, day()) == usd("0.2", "0")
    assert (await standing(store, day())).spent.calls == 2


async def test_a_cost_that_nobody_knows_counts_as_estimated(store: Store) -> None:
    """Unknown is not zero."""
    await send(store, day(), "0.4")
    await end(store, "r1/1.1", None)
    assert await money(store, day()) == usd("0.4", "0")


async def test_what_is_unknown_fits_while_anything_is_left(store: Store) -> None:
    """Nothing can be held back for it; a free step fits until more than the limit is spent."""
    await send(store, day(), "1")
    refused = await send(store, day(), None, "0", run="r2")
    assert [refusal.step for refusal in refused] == ["r2/1.1"]
    assert refused[0].message == "the budget of tenant `acme` doesn't allow it: 1 USD of 1 are used"
    await end(store, "r1/1.1", "1.01")
    assert [refusal.step for refusal in await send(store, day(), "0", run="r2", number=2)] == ["r2/2.1"]


async def test_a_step_may_spend_what_is_reserved_for_it(store: Store) -> None:
    """And more, as long as all its accounts have it."""
    await send(store, day(), "0.4")
    assert await store.spend("r1/1.1", grant("0.3"), key="a.1", at=START) is None
    assert await money(store, day()) == usd("0", "0.4")
    assert await store.spend("r1/1.1", grant("0.3"), key="a.2", at=START) is None
    assert await money(store, day()) == usd("0", "0.6")
    refusal = await store.spend("r1/1.1", grant("0.5"), key="a.3", at=START)
    assert refusal is not None
    assert (refusal.used, refusal.asked) == usd("0.6", "0.5")
    found = await store.reservation("r1/1.1")
    assert found is not None
    assert (found.granted().cost, found.granted(besides="a.").cost) == (Decimal("0.6"), None)


async def test_a_grant_is_given_once(store: Store) -> None:
    """The same key asks for the same."""
    await send(store, day(), "0.4")
    for _ in range(3):
        assert await store.spend("r1/1.1", grant("0.9"), key="a.1", at=START) is None
    assert await money(store, day()) == usd("0", "0.9")


async def test_a_step_spends_no_more_than_its_own_limit(store: Store) -> None:
    """Whatever its budgets have left, and whoever of its workers has spent before."""
    await send(store, day(), "0.1")
    limit = Decimal("0.5")
    assert await store.spend("r1/1.1", grant("0.3"), key="a.1", at=START, max_cost=limit) is None
    refusal = await store.spend("r1/1.1", grant("0.3"), key="b.1", at=START, max_cost=limit)
    assert refusal is not None
    assert refusal.message == (
        "what the step may cost doesn't allow it: 0.3 USD of 0.5 are used, and 0.3 USD more would be needed"
    )


async def test_a_step_that_has_ended_may_spend_nothing(store: Store) -> None:
    """A worker that was given up may still be at work."""
    await send(store, day(), "0.4")
    await end(store, "r1/1.1", "0.1")
    refusal = await store.spend("r1/1.1", grant("0.1"), key="a.1", at=START)
    assert refusal is not None
    assert refusal.message == "step `r1/1.1` has ended: it may spend nothing more"
    assert await money(store, day()) == usd("0.1", "0")


async def test_a_step_without_budgets_is_not_counted(store: Store) -> None:
    """Neither is one that nobody knows."""
    async with store.locked("r1") as locked:
        await locked.write(hop(decision()))
    assert await store.spend("r1/1.1", grant("9"), key="a.1", at=START) is None
    assert await store.spend("nowhere/1.1", grant("9"), key="a.1", at=START) is None
    assert await store.reservation("r1/1.1") is None
    assert await store.accounts() == []


async def test_an_excess_is_told_and_stops_what_the_budget_covers(store: Store) -> None:
    """An agent outside may have obeyed nothing."""
    await send(store, day(), "0.4")
    await end(store, "r1/1.1", "1.5")
    assert await money(store, day()) == usd("1.5", "0")
    told = [event for event in await store.events() if event.kind == "budget_exceeded"]
    assert [(event.run, event.data) for event in told] == [
        (
            "r1",
            {
                "step": "r1/1.1",
                "budget": "tenant `acme`",
                "measure": "cost",
                "limit": Decimal(1),
                "used": Decimal("1.5"),
            },
        )
    ]
    assert len(await send(store, day(), "0", run="r2")) == 1


async def test_people_are_warned_once(store: Store) -> None:
    """At the settlement that reaches the share."""
    for number in range(1, 5):
        await send(store, day("0.4"), "0.1", number=number)
        await end(store, f"r1/{number}.1", "0.1")
    warned = [event.data["step"] for event in await store.events() if event.kind == "budget_warned"]
    assert warned == ["r1/4.1"]


async def test_the_limits_are_those_of_the_latest_hop(store: Store) -> None:
    """Settings may change at any time; what is spent stays."""
    await send(store, day("1"), "0.4")
    await send(store, day("0.7"), "0.4", run="r2")
    state = await standing(store, day())
    assert (state.account.limits.cost, state.reserved.cost) == usd("0.7", "0.4")
    assert await send(store, day("2"), "0.4", run="r2", number=2) == []


async def test_a_run_that_ends_leaves_nothing_open(store: Store) -> None:
    """Neither reservations nor its own account; what was granted is spent."""
    own = Account(run="r1", limits=Amounts(cost=Decimal(2)))
    async with store.locked("r1") as locked:
        wanted = [Wanted(step="r1/1.1", accounts=(own, day()), amounts=needing("0.4"))]
        await locked.reserve(wanted, at=START)
        await locked.write(hop(decision()))
    await store.spend("r1/1.1", grant("0.3"), key="a.1", at=START)
    async with store.locked("r1") as locked:
        await locked.write(hop(status="cancelled"))
    assert await store.accounts(keys=[own.key]) == []
    assert await money(store, day()) == usd("0.3", "0")
    assert await store.reservation("r1/1.1") is None


async def test_accounts_are_found_by_their_time(store: Store) -> None:
    """Those of a period that is over aren't those of today."""
    budget = Budget(tenant="acme", period="day", cost=Decimal(1))
    today, tomorrow = (budget.account("acme", None, now=at) for at in (START, later(86_400)))
    await send(store, today, "0.1")
    await send(store, tomorrow, "0.2", run="r2")
    assert [state.account for state in await store.accounts(at=START)] == [today]
    assert [state.account for state in await store.accounts(at=later(86_400))] == [tomorrow]
    assert {state.account for state in await store.accounts()} == {today, tomorrow}
    assert await store.accounts(keys=[tomorrow.key], at=START) == []


async def test_two_routers_never_overspend(store: Store, other: Store) -> None:
    """Twenty runs want a tenth each at the same time: ten are sent, whoever asks."""
    names = [f"n{number}" for number in range(20)]
    await store.create([run(name) for name in names])
    doors = [store, other]
    refused = await asyncio.gather(
        *(send(doors[number % 2], day(), "0.1", run=name) for number, name in enumerate(names))
    )
    assert sum(len(each) for each in refused) == 10
    assert await money(store, day()) == usd("0", "1.0")
    assert (await kinds(store)).count("budget_refused") == 10


async def test_parallel_steps_never_overspend(store: Store, other: Store) -> None:
    """Five steps of two runs ask for grants at the same time, through two doors."""
    await send(store, day(), "0", "0", "0")
    await send(store, day(), "0", "0", run="r2")
    steps = ["r1/1.1", "r1/1.2", "r1/1.3", "r2/1.1", "r2/1.2"]
    doors = [store, other]
    answers = await asyncio.gather(
        *(
            doors[(n + k) % 2].spend(step, grant("0.07"), key=f"a.{n}", at=START)
            for n in range(5)
            for k, step in enumerate(steps)
        )
    )
    assert answers.count(None) == 14
    assert await money(store, day()) == usd("0", "0.98")


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_processes_never_overspend(kind: str, store: Store, driver: Driver) -> None:
    """Two processes send and settle until nothing is left, and one of them is killed on the way."""
    first = await driver.start("spend", "30", "p1")
    second = await driver.start("spend", "30", "p2")
    assert first.stdout is not None
    await first.stdout.readline()
    await driver.kill(first)
    assert await second.wait() == 0
    state = await standing(store, day())
    assert state.used("cost") <= 1
    history = await store.history("p2")
    assert history is not None
    assert {each.status for each in history.outcomes()} == {"ok", "failed"}
