"""The accounts and reservations of the store in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from dmnroute.routing.budgets import Account, AccountState, Reservation
from dmnroute.store import rows
from dmnroute.store.ledger import Ledger
from dmnroute.store.utc import in_utc


@dataclass(slots=True)
class Book:
    """Whoever changes it holds the lock from reading to keeping, as a database locks rows."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _accounts: dict[str, AccountState] = field(default_factory=dict)
    _reservations: dict[str, Reservation] = field(default_factory=dict)

    def ledger(self, run: str, wanted: Iterable[Account] = ()) -> Ledger:
        """The open reservations of a run, with the accounts they count in, and those wanted."""
        found = [reservation for reservation in self._reservations.values() if reservation.run == run]
        states = {account.key: self._state(account) for account in wanted}
        for key in (key for reservation in found for key in reservation.accounts):
            states.setdefault(key, self._accounts[key])
        return Ledger(run, states.values(), found)

    def _state(self, account: Account) -> AccountState:
        return self._accounts.get(account.key) or _plain(AccountState(account=account))

    def keep(self, ledger: Ledger) -> None:
        """Take over what has changed."""
        for state in ledger.accounts():
            self._accounts[state.account.key] = _plain(state)
        for before, now in ledger.changed_reservations():
            if now is not None:
                self._reservations[now.step] = rows.reservation_of(rows.plain(rows.reservation_row(now)))
            elif before is not None:
                del self._reservations[before.step]

    def forget(self, run: str) -> None:
        """Drop the account of a run that has ended."""
        self._accounts.pop(Account(run=run).key, None)

    def find(self, step: str) -> Reservation | None:
        """What is held back for a step."""
        return self._reservations.get(step)

    def listed(self, keys: Collection[str] | None, at: datetime | None) -> list[AccountState]:
        """By key; without keys those of no single run."""
        found = [self._accounts[key] for key in sorted(self._accounts)]
        if keys is not None:
            found = [state for state in found if state.account.key in keys]
        else:
            found = [state for state in found if state.account.run is None]
        return [state for state in found if at is None or _is_in(state.account, in_utc(at))]


def _plain(state: AccountState) -> AccountState:
    return rows.account_of(rows.plain(rows.account_row(state)))


def _is_in(account: Account, at: datetime) -> bool:
    has_begun = account.starts is None or account.starts <= at
    return has_begun and (account.ends is None or account.ends > at)
