"""Breakers: each is locked while it changes, so that of two who take its last probe one finds it taken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, select, update

from dmnroute.routing.breaker_gate import BreakerWrite
from dmnroute.routing.breakers import Breaker
from dmnroute.routing.records.step import Outcome
from dmnroute.store import rows
from dmnroute.store.breakers import BreakerChanges, Ended, breaker_of, breaker_row, made, names_of
from dmnroute.store.changes import Telling
from dmnroute.store.schema import breakers, steps
from dmnroute.store.sql import events
from dmnroute.store.sql.database import Written
from dmnroute.store.sql.dialect import insert_new
from dmnroute.store.sql.reading import many
from dmnroute.store.utc import in_utc

ANY = exists(select(breakers.c.name))
"""Whether anybody uses breakers: where nobody does, outcomes are kept without looking for any."""

_ALL = select(breakers).order_by(breakers.c.name)
_NAMED = _ALL.where(breakers.c.name.in_(bindparam("names", expanding=True)))
_HOLD = _NAMED.with_for_update()
_CHANGE = update(breakers).where(breakers.c.name == bindparam("of_breaker"))
_STEPS = select(steps.c.id, steps.c.type, steps.c.record).where(steps.c.id.in_(bindparam("ids", expanding=True)), ANY)

Change = Callable[[BreakerChanges], None]


def find(connection: Connection, names: Collection[str] | None) -> dict[str, Breaker]:
    found = many(connection, _ALL) if names is None else many(connection, _NAMED, names=list(names)) if names else []
    return {row["name"]: breaker_of(row) for row in found}


def ended_steps(connection: Connection, outcomes: Sequence[Outcome]) -> list[Ended]:
    """Outcomes with what their steps say of breakers; none where nobody uses any."""
    if not outcomes:
        return []
    found = {row["id"]: row for row in many(connection, _STEPS, ids=[outcome.step for outcome in outcomes])}
    return [ended(outcome, found[outcome.step]) for outcome in outcomes if outcome.step in found]


def ended(outcome: Outcome, step: rows.Row) -> Ended:
    return Ended(outcome, step["type"], step["record"].get("target"))


def carry(connection: Connection, given: Sequence[Ended], write: BreakerWrite, *, at: datetime) -> list[Telling]:
    """Count outcomes, take over rules and take probes; the events that tell of it."""

    def change(changes: BreakerChanges) -> None:
        changes.count(given)
        changes.decide(write)

    names = names_of(given, write)
    if not names:
        return []
    kept = _held(connection, names)
    new = made(kept, given, write)
    return _changed(connection, _held_with(connection, names, new) if new else kept, change, at=at)


def switch(connection: Connection, name: str, act: Callable[[Breaker], Breaker], *, at: datetime) -> Written[Breaker]:
    """Change a breaker by hand; there is one for every name."""

    def change(changes: BreakerChanges) -> None:
        changes.change(act(changes.now(name)))

    told = _changed(connection, _held_with(connection, [name], [Breaker(name=name)]), change, at=at)
    return Written(_held(connection, [name])[name], [events.row(telling, at=at) for telling in told])


def _changed(connection: Connection, kept: Mapping[str, Breaker], change: Change, *, at: datetime) -> list[Telling]:
    changes = BreakerChanges(kept, in_utc(at))
    change(changes)
    for breaker in changes.changed():
        connection.execute(_CHANGE, breaker_row(breaker) | {"of_breaker": breaker.name})
    return changes.told


def _held_with(connection: Connection, names: Sequence[str], new: Iterable[Breaker]) -> dict[str, Breaker]:
    """New ones are made first: somebody else may be making the same."""
    for breaker in new:
        connection.execute(insert_new(connection.dialect, breakers), breaker_row(breaker))
    return _held(connection, names)


def _held(connection: Connection, names: Sequence[str]) -> dict[str, Breaker]:
    """Locked in the order of names, so that two who change the same don't lock each other."""
    return {row["name"]: breaker_of(row) for row in many(connection, _HOLD, names=list(names))}
