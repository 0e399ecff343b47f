"""How budgets stand now: those that runs share, and those of runs by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from dmnroute.router.controls import unknown_run
from dmnroute.routing.budgets import EACH, AccountState, Budget, account_of_run, accounts_of
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import ENDED, RunState, RunStatus
from dmnroute.routing.spending import used

OPEN: tuple[RunStatus, ...] = ("running", "waiting", "escalated", "stopped")


async def shared_accounts(
    store: Store, budgets: Sequence[Budget], *, now: datetime, past: bool = False
) -> list[AccountState]:
    """The accounts of tenants and agents: what was counted, and declared budgets that nobody has used yet.

    With the limits of today's settings; of periods that are over (`past`) with those that held then.
    """
    counted = await store.accounts(at=None if past else now)
    states = {state.account.key: state for state in [*_unused(budgets, now), *counted]}
    return [_with_limits_of(budgets, states[key], now=now) for key in sorted(states)]


async def accounts_of_runs(store: Store, *, tenant: str | None = None) -> list[AccountState]:
    """The accounts of runs that go on and have limits of cost, tokens or calls; the latest started first."""
    found = await store.states(statuses=OPEN)
    return await _of_runs(store, [state for state in found if tenant in (None, state.run.tenant)])


async def account_of_one_run(store: Store, run: str) -> list[AccountState]:
    """What one run has used of its limits; none where it has no limits. Raises OperatorError `unknown_run`."""
    state, history = await store.state(run), await store.history(run)
    if state is None or history is None:
        raise unknown_run(run)
    account = account_of_run(state.run)
    if account is None:
        return []
    if state.status in ENDED:  # its account was closed with it
        return [AccountState(account=account, spent=used(history))]
    return await _of_runs(store, [state])


async def _of_runs(store: Store, states: Iterable[RunState]) -> list[AccountState]:
    accounts = [account for state in states if (account := account_of_run(state.run)) is not None]
    if not accounts:
        return []
    found = {state.account.key: state for state in await store.accounts(keys=[each.key for each in accounts])}
    return [found.get(account.key, AccountState(account=account)) for account in accounts]


def _unused(budgets: Iterable[Budget], now: datetime) -> list[AccountState]:
    """Of budgets for each tenant or each agent nobody knows beforehand whose they will be."""
    named = [budget for budget in budgets if EACH not in (budget.tenant, budget.agent)]
    return [AccountState(account=budget.account(budget.tenant or "", budget.agent, now=now)) for budget in named]


def _with_limits_of(budgets: Sequence[Budget], state: AccountState, *, now: datetime) -> AccountState:
    account = state.account
    declared = accounts_of(budgets, account.tenant or "", account.agent, now=now)
    today = next((each for each in declared if each.key == account.key), account)
    return state.model_copy(update={"account": today})
