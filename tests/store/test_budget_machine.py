"""Whatever happens in whatever order: no budget is overspent, and every amount is either spent, held or free.

Two routers with doors of their own to one store send steps of several runs. Their agents ask before they spend, by
the store or within what is reserved; steps are redelivered, fail, are cancelled, end twice; routers die between
reserving and writing; runs end with steps open. The store in memory does the same: the answers have to be equal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.store.budgeting import end
from tests.store.conftest import empty
from tests.store.samples import START, decision, hop, run

from dmnroute.errors import DmnrouteError
from dmnroute.routing.amounts import MEASURES, Amounts
from dmnroute.routing.budgets import Account, Refusal, Reservation, Wanted
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import ENDED
from dmnroute.store.open import open_store

RUNS = ("r1", "r2", "r3")
TENANT = Account(tenant="acme", limits=Amounts(cost=Decimal("0.5"), tokens=60, calls=12, hops=7), warn=Decimal("0.8"))
AGENT = Account(agent="ocr", limits=Amounts(cost=Decimal("0.4"), calls=9))
ACCOUNTS = (TENANT, AGENT)

runs = st.sampled_from(RUNS)
cents = st.integers(0, 20).map(lambda n: Decimal(n) / 100)
doors = st.integers(1, 2)


class Budgets(RuleBasedStateMachine):
    """The store in memory, and two doors to the same database."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stores = [self.runner.run(open_store(each)) for each in ("memory:", url, url)]
        self.hops = dict.fromkeys(RUNS, 0)
        self.sent: set[str] = set()
        self.keys = count()

    def teardown(self) -> None:
        for store in self.stores:
            self.runner.run(store.close())
        self.runner.close()

    def both(self, door: int, act: Callable[[Store], Awaitable[Any]]) -> Any:
        memory, database = (self.runner.run(_answer(act, self.stores[n])) for n in (0, door))
        assert memory == database
        return database

    def open_steps(self, door: int = 1) -> list[Reservation]:
        """Every step that is under way."""
        asked = {step: self.both(door, lambda store, step=step: store.reservation(step)) for step in sorted(self.sent)}
        self.sent = {step for step, reservation in asked.items() if reservation is not None}
        return [reservation for reservation in asked.values() if reservation is not None]

    @initialize()
    def begin(self) -> None:
        self.both(1, lambda store: store.create([run(name) for name in RUNS]))

    @rule(door=doors, name=runs, costs=st.lists(st.none() | cents, max_size=3), calls=st.integers(1, 2))
    def route(self, door: int, name: str, costs: Sequence[Decimal | None], calls: int) -> None:
        """A router decides the next hop; what its steps need is held back, or they are refused."""
        self._send(door, name, costs, calls, fail=False)

    @rule(door=doors, name=runs, costs=st.lists(cents, max_size=3))
    def die_before_the_commit(self, door: int, name: str, costs: Sequence[Decimal | None]) -> None:
        """Nothing is reserved by a router that didn't write its hop."""
        before = self.amounts(), self.open_steps()
        self._send(door, name, costs, 1, fail=True)
        assert (self.amounts(), self.open_steps()) == before

    def _send(self, door: int, name: str, costs: Sequence[Decimal | None], calls: int, *, fail: bool) -> None:
        number = self.hops[name] + 1
        taken = decision(name, number, width=len(costs))
        wanted = [
            Wanted(step=step.id, accounts=ACCOUNTS, amounts=Amounts(cost=cost, tokens=3, calls=calls, hops=1))
            for step, cost in zip(taken.plan.steps, costs, strict=True)
        ]

        async def act(store: Store) -> Sequence[Refusal]:
            async with store.locked(name) as locked:
                if locked.state.status in ENDED:
                    return []
                refusals = await locked.reserve(wanted, at=START)
                await locked.write(hop(taken))
                if fail:
                    raise DmnrouteError("killed")
                return refusals

        self.both(door, act)
        state = self.runner.run(self.stores[door].state(name))
        assert state is not None
        self.sent |= {each.step for each in wanted}
        self.hops[name] = state.hop

    @rule(door=doors, data=st.data(), cost=cents, tokens=st.integers(0, 9), limit=st.none() | cents)
    def spend(self, door: int, data: st.DataObject, cost: Decimal, tokens: int, limit: Decimal | None) -> None:
        """An agent asks, and asks again when no answer came."""
        found = self.open_steps(door)
        if found:
            step = data.draw(st.sampled_from(found)).step
            key, amounts = f"k{next(self.keys)}", Amounts(cost=cost, tokens=tokens, calls=1)
            for _ in range(data.draw(st.integers(1, 2))):
                self.both(door, lambda store: store.spend(step, amounts, key=key, at=START, max_cost=limit))

    @rule(door=doors, data=st.data(), share=st.integers(0, 4), known=st.booleans())
    def finish(self, door: int, data: st.DataObject, share: int, known: bool) -> None:
        """A step ends within what it was given, whatever part of it; its outcome is delivered twice."""
        found = self.open_steps(door)
        if found:
            reservation = data.draw(st.sampled_from(found))
            given = reservation.amounts
            fields = {"calls": given.calls, "tokens": (given.tokens or 0) * share // 4}
            cost = None if not known else str((given.cost or Decimal(0)) * share / 4)
            for _ in range(2):
                self.both(door, lambda store: end(store, reservation.step, cost, **fields))

    @rule(door=doors, data=st.data())
    def cancel(self, door: int, data: st.DataObject) -> None:
        """A step is given up: what it was granted stays spent."""
        found = self.open_steps(door)
        if found:
            reservation = data.draw(st.sampled_from(found))
            sure = reservation.granted()
            fields = {"status": "cancelled", "output": None, "tokens": sure.tokens or 0, "calls": sure.calls}
            self.both(door, lambda store: end(store, reservation.step, str(sure.cost or 0), **fields))

    @rule(door=doors, name=runs)
    def close(self, door: int, name: str) -> None:
        """A run ends with whatever is open."""

        async def act(store: Store) -> None:
            async with store.locked(name) as locked:
                await locked.write(hop(status="cancelled"))

        self.both(door, act)

    def amounts(self) -> list[tuple[Amounts, Amounts]]:
        found = self.both(2, lambda store: store.accounts())
        return [(state.spent, state.reserved) for state in found if state.spent != state.reserved]

    @invariant()
    def no_budget_is_overspent(self) -> None:
        """Neither what is spent nor what is promised besides goes over any limit."""
        for state in self.both(1, lambda store: store.accounts()):
            for measure in MEASURES:
                limit = state.account.limits.of(measure)
                assert limit is None or state.used(measure) <= limit

    @invariant()
    def what_is_held_is_what_open_steps_hold(self) -> None:
        """Nothing leaks, and nothing is given back twice."""
        held = Amounts()
        for reservation in self.open_steps():
            held = held.plus(reservation.amounts)
        for state in self.both(2, lambda store: store.accounts()):
            assert [state.reserved.of(m) or 0 for m in MEASURES] == [held.of(m) or 0 for m in MEASURES]


async def _answer(act: Callable[[Store], Awaitable[Any]], store: Store) -> Any:
    """What a store gives back, or the error it raises."""
    try:
        return await act(store)
    except DmnrouteError as error:
        return error.code, str(error)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_no_interleaving_overspends_a_budget(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Steps, retries, duplicates, kills, two routers: the sums are right after each of them, on every store."""
    numbers = count()

    def machine() -> Budgets:
        if kind == "sqlite":
            return Budgets(f"{tmp_path}/{next(numbers)}.db")
        postgres, database = request.getfixturevalue("postgres"), request.getfixturevalue("database")
        empty(postgres, database)
        return Budgets(postgres.url(database))

    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis
        machine,
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
