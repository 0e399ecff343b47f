"""Whatever is written in whatever order: a database gives back what the store in memory gives back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.store.conftest import empty
from tests.store.samples import decision, later, outcome, run, step, stop

from dmnroute.errors import DmnrouteError
from dmnroute.routing.canonical import digest
from dmnroute.routing.ports.events import Event
from dmnroute.routing.ports.runs import HopWrite
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.records.policy_change import PolicyChange
from dmnroute.routing.records.signal import Signal
from dmnroute.store.open import open_store

NAMES = ("r1", "é")
names = st.sampled_from(["r1", "r1", "é"])
times = st.integers(0, 4).map(later)
numbers = st.decimals(allow_nan=False, allow_infinity=False) | st.integers()
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
contexts = st.just({}) | st.dictionaries(texts, values, max_size=3)
money = st.decimals(0, 10, places=6)
steps = st.builds("r1/{}.{}".format, st.integers(1, 2), st.integers(1, 2))
outcomes = st.builds(
    outcome,
    steps,
    status=st.sampled_from(["ok", "ok", "failed", "timeout"]),
    output=st.none() | contexts,
    cost=money,
    confidence=st.none() | st.decimals(0, 1, places=3),
    metrics=st.dictionaries(texts, numbers.map(Decimal), max_size=2),
)
statuses = st.sampled_from(["running", "waiting", "stopped", "completed"])
owners = st.sampled_from(["ann", "bob"])
policies = st.sampled_from(["intake", "returns"])

policy_changes = st.builds(
    PolicyChange,
    policy=policies,
    number=st.integers(1, 4),
    kind=st.sampled_from(["verify", "activate", "canary"]),
    version=st.integers(1, 2),
    who=owners,
    why=st.none() | texts,
    at=times,
    share=st.none() | st.decimals("0.001", 1, places=3),
    starts=st.none() | times,
)


def calls(method: str, *arguments: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A call of a method of a store that is still to be chosen."""
    return st.builds(lambda *args, **kwargs: lambda store: getattr(store, method)(*args, **kwargs), *arguments, **named)


leases = calls("acquire", names, owners, now=times, until=times, gone=st.sets(owners)) | calls("release", names, owners)
others = (
    calls("bind", names, st.sampled_from(["1", "2"]))
    | calls("keep_policy", policies, st.just("a.dmn"), st.sampled_from([b"one", b"two"]), at=times)
    | calls("add_version", policies, st.just("a.dmn"), st.sampled_from([b"one", b"two"]), at=times)
    | calls("change_policy", policy_changes)
    | calls("policy_changes", policies, after=st.integers(-1, 3))
    | calls("tell", st.just("policy_refused"), contexts, at=times)
    | calls("states", statuses=st.none() | st.sets(statuses), policy=st.none() | policies, limit=st.integers(0, 3))
    | calls("create", st.lists(st.builds(run, names, input=contexts, started=times, policy=policies), max_size=3))
)


class Stores(RuleBasedStateMachine):
    """Each step is done on both stores; what they answer has to be equal."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.told: set[tuple[str, int]] = set()
        self.kept: dict[str, str] = {}
        self.runner = asyncio.Runner()
        self.stores = [self.runner.run(open_store(each)) for each in ("memory:", url)]

    def teardown(self) -> None:
        for store in self.stores:
            self.runner.run(store.close())
        self.runner.close()

    def both(self, act: Callable[[Store], Awaitable[Any]]) -> Any:
        memory, database = (self.runner.run(_answer(act, store)) for store in self.stores)
        assert memory == database
        return memory

    @initialize()
    def begin(self) -> None:
        self.both(lambda store: store.create([run()]))
        self.both(lambda store: _write(store, HopWrite(decision=decision(width=2), status="running", at=later(0))))

    @rule(
        name=names,
        ahead=st.sampled_from([0, 1, 1, 1, 1, 2]),
        width=st.integers(0, 2),
        value=contexts,
        outcomes=st.lists(outcomes, max_size=3),
        status=statuses,
        at=times,
        result=values,
        fail=st.sampled_from([False, False, False, True]),
        why=st.none() | st.builds(stop),
    )
    def hop(self, name: str, ahead: int, width: int, value: Any, fail: bool, why: Any, **fields: Any) -> None:
        async def act(store: Store) -> None:
            async with store.locked(name) as locked:
                number = locked.state.hop + ahead
                planned = tuple(step(f"{name}/{number}.{n}", input=value) for n in range(1, width + 1))
                taken = decision(name, number, plan=Plan(action="dispatch", steps=planned, result=value))
                await locked.write(HopWrite(decision=taken if ahead else None, stop=why, **fields))
                if fail:
                    raise DmnrouteError("on purpose")

        self.both(act)

    @rule(given=outcomes, at=times)
    def record(self, given: Any, at: Any) -> None:
        if self.both(lambda store: store.record(given, at=at)) is True:
            self.kept[given.step] = given.status

    @rule(name=names, payload=values, at=times, key=st.sampled_from([None, "a"]))
    def signal(self, name: str, payload: Any, at: Any, key: str | None) -> None:
        answer = self.both(lambda store: store.signal(name, "go", payload, at=at, key=key))
        if isinstance(answer, Signal):
            self.told.add((name, answer.number))

    @rule(name=names, data=contexts, at=times, why=st.none() | texts, key=st.sampled_from([None, "a"]))
    def control(self, name: str, data: Any, at: Any, why: str | None, key: str | None) -> None:
        self.both(lambda store: store.control(name, "facts", data, who="ann", why=why, at=at, key=key))

    @rule(act=leases | others)
    def do(self, act: Callable[[Store], Awaitable[Any]]) -> None:
        self.both(act)

    @invariant()
    def everything_is_equal(self) -> None:
        self.both(lambda store: store.states())
        self.both(_events)
        self.both(lambda store: store.policy("intake"))
        self.both(lambda store: store.reusable("ocr", "1", digest({})))
        for name in NAMES:
            self.both(lambda store, name=name: store.history(name))
            self.both(lambda store, name=name: store.step(f"{name}/1.2"))

    @invariant()
    def no_signal_and_no_answer_that_was_taken_is_lost(self) -> None:
        for name in NAMES:
            history = self.runner.run(self.stores[1].history(name))
            signals = [signal.number for signal in history.signals] if history else []
            assert signals == list(range(1, len(signals) + 1))
            assert {number for run, number in self.told if run == name} == {*signals}
            found = {outcome.step: outcome.status for outcome in history.outcomes()} if history else {}
            kept = {step: status for step, status in self.kept.items() if step.startswith(f"{name}/")}
            assert kept.items() <= found.items()

    @invariant()
    def the_cost_of_a_run_is_what_its_outcomes_cost(self) -> None:
        for state in self.runner.run(self.stores[1].states()):
            history = self.runner.run(self.stores[1].history(state.run.id))
            assert history is not None
            assert (state.cost, state.hop) == (history.spent(), len(history.hops))


async def _events(store: Store) -> list[Event]:
    """Numbered without gaps: what is given up may leave some."""
    events = await store.events(limit=10_000)
    assert [event.number for event in events] == sorted({event.number for event in events})
    return [replace(event, number=number) for number, event in enumerate(events, 1)]


async def _write(store: Store, change: HopWrite) -> None:
    async with store.locked("r1") as locked:
        await locked.write(change)


async def _answer(act: Callable[[Store], Awaitable[Any]], store: Store) -> Any:
    """What a store gives back, or the error it raises."""
    try:
        return await act(store)
    except DmnrouteError as error:
        return error.code, str(error)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_database_answers_as_memory_does(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Runs of many steps: hops, outcomes, signals, leases, policies, and what can't be done."""
    numbers = count()

    def machine() -> Stores:
        if kind == "sqlite":
            return Stores(f"{tmp_path}/{next(numbers)}.db")
        postgres, database = request.getfixturevalue("postgres"), request.getfixturevalue("database")
        empty(postgres, database)
        return Stores(postgres.url(database))

    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis
        machine,
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
