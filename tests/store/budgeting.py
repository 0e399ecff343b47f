"""Steps that reserve: a hop whose steps count in accounts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.store.samples import START, decision, hop, outcome

from dmnroute.routing.amounts import Amounts
from dmnroute.routing.budgets import Account, AccountState, Refusal, Wanted
from dmnroute.routing.outcomes import failed
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.step import Outcome


def day(cost: str = "1", **limits: Any) -> Account:
    """What tenant `acme` may spend in all."""
    return Account(tenant="acme", limits=Amounts(cost=Decimal(cost), **limits), warn=Decimal("0.8"))


def needing(cost: str | None, **amounts: Any) -> Amounts:
    """What one call needs."""
    known = {} if cost is None else {"cost": Decimal(cost)}
    return Amounts(**{"calls": 1, "hops": 1} | known | amounts)


async def send(
    store: Store,
    account: Account,
    *costs: str | None,
    run: str = "r1",
    number: int = 1,
    outcomes: Sequence[Outcome] = (),
    status: str = "running",
    **amounts: Any,
) -> Sequence[Refusal]:
    """Write a hop with a step for each cost; those that are refused have failed."""
    taken = decision(run, number, width=len(costs))
    async with store.locked(run) as locked:
        wanted = [
            Wanted(step=step.id, accounts=(account,), amounts=needing(cost, **amounts))
            for step, cost in zip(taken.plan.steps, costs, strict=True)
        ]
        refusals = await locked.reserve(wanted, at=START, outcomes=outcomes)
        steps = {step.id: step for step in taken.plan.steps}
        refused = [failed(steps[refusal.step], "budget", refusal.message) for refusal in refusals]
        settled = tuple(each.step for each in refused)
        taken = taken.model_copy(update={"settled": settled})
        await locked.write(hop(taken, outcomes=[*outcomes, *refused], status=status))
    return refusals


async def standing(store: Store, account: Account) -> AccountState:
    """What an account holds; an empty one when it isn't there."""
    found = await store.accounts(keys=[account.key])
    return found[0] if found else AccountState(account=account)


async def money(store: Store, account: Account) -> tuple[Decimal, Decimal]:
    """USD spent and reserved."""
    state = await standing(store, account)
    return state.spent.cost or Decimal(0), state.reserved.cost or Decimal(0)


async def end(store: Store, step: str, cost: str | None = "0", **fields: Any) -> bool:
    """Record an outcome."""
    price = None if cost is None else Decimal(cost)
    return await store.record(outcome(step, cost=price, **fields), at=START)
