"""The arithmetic of budgets: reserve before a step is sent, grant while it works, settle when it has ended.

Pure: a store gives the accounts that it has locked, and writes back what has changed. Whatever the order in which
steps reserve, spend and end, an account never holds more than its limits, as long as agents keep to what they were
granted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from dmnroute.routing.amounts import MEASURES, Amounts, Measure
from dmnroute.routing.budgets import Account, AccountState, Refusal, Reservation, Wanted
from dmnroute.routing.records.step import Outcome
from dmnroute.store.changes import Telling

SENT = "sent"
"""The key of the grant that comes with the sending of a step."""


class Ledger:
    """The accounts and open reservations of one run."""

    def __init__(self, run: str, accounts: Iterable[AccountState], reservations: Iterable[Reservation]) -> None:
        self._run = run
        self._accounts_before = {state.account.key: state for state in accounts}
        self._before = {reservation.step: reservation for reservation in reservations}
        self._accounts = dict(self._accounts_before)
        self._open = dict(self._before)
        self.tellings: list[Telling] = []

    def reserve(self, wanted: Sequence[Wanted]) -> list[Refusal]:
        """Hold back what each step needs, in this order; those that don't fit are refused."""
        refusals: list[Refusal] = []
        hop_is_counted = False
        for each in wanted:
            if each.step in self._open:
                continue
            amounts = each.amounts.model_copy(update={"hops": 0}) if hop_is_counted else each.amounts
            refusal = self._reserve(each, amounts)
            hop_is_counted |= refusal is None
            refusals += [refusal] if refusal else []
        return refusals

    def _reserve(self, wanted: Wanted, amounts: Amounts) -> Refusal | None:
        keys = tuple(account.key for account in wanted.accounts)
        for account in wanted.accounts:  # with the limits of today's settings
            self._accounts[account.key] = self._accounts[account.key].model_copy(update={"account": account})
        refusal = self._refusal(wanted.step, keys, amounts, MEASURES)
        if refusal is None:
            self._hold(keys, amounts)
            sent = Amounts(calls=amounts.calls, hops=amounts.hops)
            self._open[wanted.step] = Reservation(
                step=wanted.step, run=self._run, accounts=keys, amounts=amounts, grants={SENT: sent}
            )
        return refusal

    def spend(self, step: str, amounts: Amounts, *, key: str, max_cost: Decimal | None) -> Refusal | None:
        """Grant a step some more; the same key is the same grant. A step that nothing limits isn't counted."""
        reservation = self._open.get(step)
        if reservation is None or key in reservation.grants:
            return None
        before = reservation.granted()
        granted = before.plus(amounts)
        spent, asked = before.cost or Decimal(0), amounts.cost or Decimal(0)
        if max_cost is not None and spent + asked > max_cost:
            return self._refused(Refusal(step=step, measure="cost", limit=max_cost, used=spent, asked=asked))
        held = reservation.amounts.at_least(granted)
        more = held.minus(reservation.amounts)
        asked_for = [measure for measure in MEASURES if more.of(measure)]
        refusal = self._refusal(step, reservation.accounts, more, asked_for)
        if refusal is None:
            self._hold(reservation.accounts, more)
            grants = reservation.grants | {key: amounts}
            self._open[step] = reservation.model_copy(update={"amounts": held, "grants": grants})
        return refusal

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        """Count what steps have used, and give back the rest; one that is settled already changes nothing."""
        for outcome in outcomes:
            reservation = self._open.pop(outcome.step, None)
            if reservation is not None:
                self._count(reservation, _used(outcome, reservation))

    def close(self) -> None:
        """Count what is left open when the run has ended: what was granted."""
        for step, reservation in list(self._open.items()):
            del self._open[step]
            self._count(reservation, reservation.granted())

    def accounts(self) -> list[AccountState]:
        """All of them, as they are now."""
        return list(self._accounts.values())

    def changed_accounts(self) -> list[AccountState]:
        """Accounts to write back."""
        return [state for key, state in sorted(self._accounts.items()) if state != self._accounts_before[key]]

    def changed_reservations(self) -> Iterator[tuple[Reservation | None, Reservation | None]]:
        """Reservations as they were and as they are now."""
        for step in {**self._before, **self._open}:
            before, now = self._before.get(step), self._open.get(step)
            if before != now:
                yield before, now

    def _hold(self, keys: Iterable[str], amounts: Amounts) -> None:
        for key in keys:
            state = self._accounts[key]
            self._accounts[key] = state.model_copy(update={"reserved": state.reserved.plus(amounts)})

    def _count(self, reservation: Reservation, used: Amounts) -> None:
        for key in reservation.accounts:
            before = self._accounts[key]
            after = before.model_copy(
                update={"spent": before.spent.plus(used), "reserved": before.reserved.minus(reservation.amounts)}
            )
            self._accounts[key] = after
            self.tellings += _crossings(before, after, step=reservation.step)

    def _refusal(self, step: str, keys: Iterable[str], amounts: Amounts, measures: Sequence[Measure]) -> Refusal | None:
        for state in (self._accounts[key] for key in keys):
            for measure in measures:
                limit, asked, used = state.account.limits.of(measure), amounts.of(measure), state.used(measure)
                if limit is not None and not _fits(used, asked, limit):
                    refusal = Refusal(
                        step=step, account=state.account, measure=measure, limit=limit, used=used, asked=asked
                    )
                    return self._refused(refusal)
        return None

    def _refused(self, refusal: Refusal) -> Refusal:
        told = _told(refusal.account, refusal.measure, refusal.step, limit=refusal.limit, used=refusal.used)
        self.tellings.append(("budget_refused", told | {"asked": refusal.asked}))
        return refusal


def _fits(used: Decimal, asked: Decimal | None, limit: Decimal) -> bool:
    """What costs nothing fits until more than the limit is used; what is unknown, as long as anything is left."""
    return used < limit if asked is None else used + asked <= limit


def _used(outcome: Outcome, reservation: Reservation) -> Amounts:
    """What a step has used. A cost that nobody knows counts as it was estimated, or as it was granted."""
    granted = reservation.granted()
    cost = outcome.cost
    if cost is None:
        cost = reservation.amounts.cost if granted.cost is None else granted.cost
    return Amounts(cost=cost, tokens=outcome.tokens, calls=outcome.calls, hops=granted.hops, time=outcome.latency)


def _crossings(before: AccountState, after: AccountState, *, step: str) -> Iterator[Telling]:
    """The events of a settlement: a budget is overspent, or has reached the share from which people are warned."""
    for measure in MEASURES:
        limit = after.account.limits.of(measure)
        was, now = before.spent.of(measure) or Decimal(0), after.spent.of(measure) or Decimal(0)
        if limit is None or now == was:
            continue
        told = _told(after.account, measure, step, limit=limit, used=now)
        if now > limit:
            yield "budget_exceeded", told
        elif after.account.warn is not None and was < limit * after.account.warn <= now:
            yield "budget_warned", told


def _told(
    account: Account | None, measure: Measure | None, step: str, *, limit: Decimal, used: Decimal
) -> dict[str, Any]:
    budget = str(account) if account else None
    return {"step": step, "budget": budget, "measure": measure, "limit": limit, "used": used}
