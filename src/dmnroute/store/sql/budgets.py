"""Budgets: accounts and reservations, changed under locks that are taken in the order of keys.

Whoever changes them holds the run first: so two transactions can't wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from dmnroute.routing.amounts import Amounts
from dmnroute.routing.budgets import Account, AccountState, Refusal, Reservation, Wanted
from dmnroute.routing.records.step import Outcome
from dmnroute.store import rows
from dmnroute.store.changes import Telling
from dmnroute.store.ledger import Ledger
from dmnroute.store.schema import accounts, reservations, steps
from dmnroute.store.sql import events, runs
from dmnroute.store.sql.database import Written
from dmnroute.store.sql.dialect import insert_new
from dmnroute.store.sql.reading import many, one

_OF_STEP = reservations.c.step == bindparam("of_step")
_OPEN = select(reservations).where(reservations.c.run == bindparam("of_run")).order_by(reservations.c.step)
_FIND = select(reservations).where(_OF_STEP)
_CHANGE = update(reservations).where(_OF_STEP)
_ADD = insert(reservations)
_END = delete(reservations).where(_OF_STEP)
_HOLD = (
    select(accounts)
    .where(accounts.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(accounts.c.key)
    .with_for_update()
)
_COUNT = update(accounts).where(accounts.c.key == bindparam("of_key"))
_FORGET = delete(accounts).where(accounts.c.key == bindparam("of_key"))
_RUN_OF_STEP = select(steps.c.run, steps.c.status).where(steps.c.id == bindparam("of_step"))


def reserve(
    connection: Connection, run: str, wanted: Sequence[Wanted], outcomes: Sequence[Outcome]
) -> tuple[list[Refusal], list[Telling]]:
    """Settle what ends, then hold back what is wanted."""
    ledger = _held(connection, run, [account for each in wanted for account in each.accounts])
    ledger.settle(outcomes)
    refusals = ledger.reserve(wanted)
    _save(connection, ledger)
    return refusals, ledger.tellings


def settle(connection: Connection, run: str, outcomes: Sequence[Outcome], *, ended: bool = False) -> list[Telling]:
    """Count what the steps of outcomes have used; of a run that has ended nothing stays open."""
    ledger = _held(connection, run)
    ledger.settle(outcomes)
    if ended:
        ledger.close()
    _save(connection, ledger)
    if ended:
        connection.execute(_FORGET, {"of_key": Account(run=run).key})
    return ledger.tellings


def spend(
    connection: Connection, step: str, amounts: Amounts, *, key: str, max_cost: Decimal | None, at: datetime
) -> Written[Refusal | None]:
    """Grant a step some more."""
    found = one(connection, _RUN_OF_STEP, of_step=step)
    if found is None:
        return Written(None)
    run = found["run"]
    runs.hold(connection, run)
    if connection.execute(_RUN_OF_STEP, {"of_step": step}).one().status is not None:
        return Written(Refusal(step=step))
    ledger = _held(connection, run)
    refusal = ledger.spend(step, amounts, key=key, max_cost=max_cost)
    _save(connection, ledger)
    return Written(refusal, [events.row(telling, at=at, run=run) for telling in ledger.tellings])


def find(connection: Connection, step: str) -> Reservation | None:
    row = one(connection, _FIND, of_step=step)
    return rows.reservation_of(row) if row else None


def listed(connection: Connection, keys: Collection[str] | None, at: datetime | None) -> list[AccountState]:
    """By key; without keys those of no single run."""
    query = select(accounts).order_by(accounts.c.key)
    query = query.where(accounts.c.run.is_(None)) if keys is None else query.where(accounts.c.key.in_(keys))
    if at is not None:
        query = query.where(or_(accounts.c.starts.is_(None), accounts.c.starts <= at))
        query = query.where(or_(accounts.c.ends.is_(None), accounts.c.ends > at))
    return [rows.account_of(row) for row in many(connection, query)]


def _held(connection: Connection, run: str, wanted: Sequence[Account] = ()) -> Ledger:
    """The open reservations of a run that is held, with the accounts they count in, and those wanted."""
    found = [rows.reservation_of(row) for row in many(connection, _OPEN, of_run=run)]
    new = {account.key: rows.account_row(AccountState(account=account)) for account in wanted}
    if new:
        connection.execute(insert_new(connection.dialect, accounts), [new[key] for key in sorted(new)])
    keys = sorted({*new, *(key for reservation in found for key in reservation.accounts)})
    states = [rows.account_of(row) for row in many(connection, _HOLD, keys=keys)] if keys else []
    return Ledger(run, states, found)


def _save(connection: Connection, ledger: Ledger) -> None:
    for state in ledger.changed_accounts():
        row = rows.account_row(state)
        values = {name: row[name] for name in ("record", "spent", "reserved")}
        connection.execute(_COUNT, values | {"of_key": row["key"]})
    for before, now in ledger.changed_reservations():
        if now is None:
            assert before is not None
            connection.execute(_END, {"of_step": before.step})
        elif before is None:
            connection.execute(_ADD, rows.reservation_row(now))
        else:
            row = rows.reservation_row(now)
            values = {name: row[name] for name in ("accounts", "amounts", "grants")}
            connection.execute(_CHANGE, values | {"of_step": now.step})
