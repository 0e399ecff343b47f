"""How budgets stand, as rows of a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from dmnroute.routing.amounts import MEASURES, Measure, told
from dmnroute.routing.budgets import AccountState
from dmnroute.routing.history import History
from dmnroute.routing.spending import needs, total, used
from dmnroute.routing.standing import measured


def budget_rows(state: AccountState) -> Iterator[tuple[str, ...]]:
    """One row for each limit: whose it is, limit, spent, held back, left, and the share that is used."""
    for measure in MEASURES:
        limit = state.account.limits.of(measure)
        if limit is not None:
            spent, held = _of(state.spent.of(measure)), _of(state.reserved.of(measure))
            standing = measured(limit, state.used(measure))
            amounts = (limit, spent, held, _of(standing.remaining))
            share = f"{_of(standing.ratio) * 100:.0f} %"
            yield str(state.account), *(told(measure, amount) for amount in amounts), share


def budget_document(state: AccountState) -> dict[str, Any]:
    """An account with what is used of each of its limits."""
    account = state.account
    return {
        "run": account.run,
        "tenant": account.tenant,
        "agent": account.agent,
        "period": account.period,
        "starts": account.starts,
        "ends": account.ends,
        "warn": account.warn,
        "limits": {
            measure: _measure(state, measure, limit)
            for measure in MEASURES
            if (limit := account.limits.of(measure)) is not None
        },
    }


def budget_of_history(history: History) -> str:
    """What a run has used of its limits, and what is held back: ``1200 of 5000 tokens, 3 of 10 calls``; else empty."""
    spent, limits = used(history), history.run.limits
    tokens = [] if limits.tokens is None else [f"{spent.tokens} of {limits.tokens} tokens"]
    calls = [] if limits.calls is None else [f"{spent.calls} of {limits.calls} calls"]
    held = _held(history)
    return ", ".join([*tokens, *calls, *([f"{told('cost', held)} held back for steps under way"] if held else [])])


def _held(history: History) -> Decimal:
    hop = history.last
    steps = [step for step in hop.sent() if step.id not in hop.outcomes] if hop else []
    return total(needs(step) for step in steps).cost or Decimal(0)


def _measure(state: AccountState, measure: Measure, limit: Decimal) -> dict[str, Decimal | None]:
    standing = measured(limit, state.used(measure))
    return {
        "limit": limit,
        "spent": _of(state.spent.of(measure)),
        "reserved": _of(state.reserved.of(measure)),
        "left": standing.remaining,
        "ratio": standing.ratio,
    }


def _of(amount: Decimal | None) -> Decimal:
    return amount if amount is not None else Decimal(0)
