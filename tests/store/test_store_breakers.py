"""What stores keep of breakers: every outcome counted once, no probe taken twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.store.conftest import empty
from tests.store.samples import START, decision, hop, kinds, later, outcome, run, step, write

from dmnroute.errors import OperatorError
from dmnroute.routing.breaker_gate import BreakerWrite, TakenProbe, gate
from dmnroute.routing.breaker_rules import BreakerRule, BreakerRules
from dmnroute.routing.breakers import Breaker, Probe, closed_by_hand, open_probes, opened_by_hand, with_call, with_probe
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.records.step import Outcome, PlannedStep, StepError
from dmnroute.store.open import open_store

RULE = BreakerRule(errors=2, open=Decimal(30), probes=2)
TARGET = "openai/gpt-4o"


def failed(name: str, kind: str = "timeout", **fields: Any) -> Outcome:
    return outcome(name, **{"status": "failed", "output": None, "error": StepError(kind=kind, message="")} | fields)


async def decide(
    store: Store,
    name: str = "r1",
    *,
    hop_number: int = 1,
    steps: Sequence[PlannedStep] = (),
    breakers: BreakerWrite | None = None,
    outcomes: Sequence[Outcome] = (),
    at: float = 0,
) -> None:
    """Write a hop with these steps."""
    taken = decision(name, hop_number, plan=Plan(action="dispatch", steps=tuple(steps)))
    change = hop(taken, at=later(at), outcomes=outcomes, breakers=breakers or BreakerWrite())
    await write(store, change, name=name)


async def watched(store: Store, width: int = 4, *, target: str | None = None) -> None:
    """A run with steps whose breakers have a rule."""
    await store.create([run()])
    steps = [step(f"r1/1.{n}", target=target) for n in range(1, width + 1)]
    rules = {"ocr": RULE} | ({target: RULE} if target else {})
    await decide(store, steps=steps, breakers=BreakerWrite(rules))


async def test_rules_are_kept_with_the_hop_that_brings_them(store: Store, other: Store) -> None:
    """Every process finds them; without any there are no breakers."""
    assert await store.breakers() == {}
    await watched(store, target=TARGET)
    assert await other.breakers() == {
        "ocr": Breaker(name="ocr", rule=RULE),
        TARGET: Breaker(name=TARGET, rule=RULE),
    }
    assert set(await other.breakers([TARGET, "nobody"])) == {TARGET}
    assert await other.breakers([]) == {}


async def test_recorded_outcomes_are_counted_once(store: Store, other: Store) -> None:
    """By the agent's breaker and the target's, whoever records them; the same outcome again counts nothing."""
    await watched(store, target=TARGET)
    await store.record(failed("r1/1.1"), at=START)
    assert not await other.record(failed("r1/1.1"), at=START)
    found = await other.breakers()
    assert [sum(tally.errors for tally in each.tallies) for each in found.values()] == [1, 1]
    await other.record(failed("r1/1.2"), at=later(1))
    found = await store.breakers()
    assert [(each.state, each.until) for each in found.values()] == [("open", later(31))] * 2
    assert found[TARGET].callers == ("ocr",)
    assert (await kinds(store))[-4:] == ["step_ended", "step_ended", "breaker_opened", "breaker_opened"]


async def test_outcomes_that_come_with_a_hop_are_counted(store: Store) -> None:
    """Those that a route job brings; what was settled with its decision isn't: nobody was called."""
    await watched(store)
    settled = [failed("r1/2.1"), failed("r1/2.2")]
    steps = [step("r1/2.1"), step("r1/2.2")]
    await decide(store, hop_number=2, steps=steps, outcomes=[failed("r1/1.1"), outcome("r1/1.2"), *settled])
    (found,) = (await store.breakers()).values()
    assert [(tally.calls, tally.errors) for tally in found.tallies] == [(2, 1)]


async def test_the_target_that_was_called_is_counted(store: Store) -> None:
    """An agent says which one it was; one that nobody has heard of is watched as its agent is."""
    await watched(store, target=TARGET)
    await store.record(failed("r1/1.1", target="mistral/large"), at=START)
    found = await store.breakers()
    assert {name: sum(tally.errors for tally in each.tallies) for name, each in found.items()} == {
        "mistral/large": 1,
        "ocr": 1,
        TARGET: 0,
    }
    assert found["mistral/large"].rule == RULE


async def test_agents_that_nobody_watches_leave_no_trace(store: Store) -> None:
    """Neither an agent without a rule, nor a child run."""
    await store.create([run()])
    steps = [step("r1/1.1"), step("r1/1.2", type="run:child", agent="child")]
    await decide(store, steps=steps, breakers=BreakerWrite({"ask": RULE}))
    await store.record(failed("r1/1.1", target=TARGET), at=START)
    await store.record(failed("r1/1.2"), at=START)
    assert await store.breakers() == {"ask": Breaker(name="ask", rule=RULE)}


async def test_a_probe_that_is_taken_elsewhere_undoes_the_hop(store: Store, other: Store) -> None:
    """Nothing of it is written; the next look finds out what follows."""
    await opened(store)
    await store.create([run("r2")])
    before = await kinds(store)
    with pytest.raises(OperatorError) as raised:
        await decide(other, "r2", steps=[step("r2/1.1")], breakers=BreakerWrite(probes=[probe("r2/1.1")]), at=29)
    assert raised.value.code == "probe_taken"
    assert await kinds(store) == before
    history = await store.history("r2")
    assert history is not None
    assert history.hops == ()


async def test_so_many_probes_whoever_asks_at_the_same_time(store: Store, other: Store) -> None:
    """Ten runs through two doors: two of them get through."""
    await opened(store)
    await store.create([run(f"p{n}") for n in range(10)])

    async def attempt(n: int) -> bool:
        door, name = (store, other)[n % 2], f"p{n}"
        taken = BreakerWrite(probes=[probe(f"{name}/1.1")])
        return await is_written(decide(door, name, steps=[step(f"{name}/1.1")], breakers=taken, at=30))

    assert sum(await asyncio.gather(*(attempt(n) for n in range(10)))) == 2
    (found,) = (await store.breakers()).values()
    assert (found.state, len(found.probes)) == ("half-open", 2)
    assert (await kinds(store)).count("breaker_half_opened") == 1


async def test_people_switch_breakers(store: Store, other: Store) -> None:
    """Also those that nobody watches; who and why is kept and told."""
    held = await store.open_breaker("ocr", who="ann", why="wrong prices", at=START)
    assert await other.breakers() == {"ocr": held}
    assert (held.state, held.until, held.who, held.why) == ("open", None, "ann", "wrong prices")
    for_a_time = await other.open_breaker(TARGET, who="ann", why=None, at=START, until=later(60))
    assert for_a_time.until == later(60)
    closed = await store.close_breaker("ocr", who="bob", why="fixed", at=later(9))
    assert (closed.state, closed.since, closed.who, closed.why) == ("closed", later(9), "bob", "fixed")
    events = await other.events()
    assert [(event.kind, event.at, event.data) for event in events[-1:]] == [
        (
            *("breaker_closed", later(9)),
            {"breaker": "ocr", "was": "open", "until": None, "who": "bob", "why": "fixed"},
        )
    ]


async def is_written(hop_written: Awaitable[None]) -> bool:
    """False when a probe was taken elsewhere."""
    try:
        await hop_written
    except OperatorError as error:
        if error.code != "probe_taken":
            raise
        return False
    return True


async def opened(store: Store) -> None:
    """A breaker that lets two probes through from 30 s on."""
    await watched(store)
    for n in (1, 2):
        await store.record(failed(f"r1/1.{n}"), at=START)


def probe(name: str, until: float = 100) -> TakenProbe:
    return TakenProbe("ocr", Probe(step=name, until=later(until)))


class Interleaved(RuleBasedStateMachine):
    """Routers ask a breaker, and write later what they were told; outcomes come when they like, or never.

    Held against the pure functions, applied in the order of what was written.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.doors = [self.runner.run(open_store(url)) for _ in range(1 if url == "memory:" else 2)]
        self.numbers, self.now, self.moves = count(), 0, 0
        self.model = Breaker(name="ocr")
        self.asked: list[tuple[PlannedStep, BreakerWrite]] = []
        self.sent: list[str] = []

    def teardown(self) -> None:
        for door in self.doors:
            self.runner.run(door.close())
        self.runner.close()

    def moved(self, after: Breaker) -> None:
        self.moves += (self.model.state, self.model.since) != (after.state, after.since)
        self.model = after

    @initialize()
    def begin(self) -> None:
        self.ask(door=0)
        self.write(index=0, door=0)

    @rule(door=st.integers(0, 1))
    def ask(self, door: int) -> None:
        """A router looks at the breaker; what it makes of it may be old when it is written."""
        name = f"q{next(self.numbers)}"
        planned = step(f"{name}/1.1", deadline=later(self.now + 20))
        kept = self.runner.run(self.doors[door % len(self.doors)].breakers(["ocr"]))
        found = gate([planned], kept, BreakerRules({"ocr": RULE}), now=later(self.now))
        if not found.refused:
            self.asked.append((planned, found.write))

    @rule(index=st.integers(0, 9), door=st.integers(0, 1))
    def write(self, index: int, door: int) -> None:
        if not self.asked:
            return
        planned, taken = self.asked.pop(index % len(self.asked))
        store = self.doors[door % len(self.doors)]
        self.runner.run(store.create([run(planned.run)]))
        hop_written = decide(store, planned.run, steps=[planned], breakers=taken, at=self.now)
        if not self.runner.run(is_written(hop_written)):
            assert taken.probes
            return
        self.sent.append(planned.id)
        if taken.rules:
            self.model = self.model.model_copy(update={"rule": RULE})
        for each in taken.probes:
            probed = with_probe(self.model, each.probe, at=later(self.now))
            assert probed is not None
            self.moved(probed)

    @rule(
        index=st.integers(0, 9),
        kind=st.sampled_from([None, "timeout", "timeout", "unreadable"]),
        door=st.integers(0, 1),
    )
    def end(self, index: int, kind: str | None, door: int) -> None:
        if self.sent:
            name = self.sent.pop(index % len(self.sent))
            given = failed(name, kind) if kind else outcome(name)
            store = self.doors[door % len(self.doors)]
            assert self.runner.run(store.record(given, at=later(self.now)))
            assert not self.runner.run(store.record(given, at=later(self.now)))
            self.moved(with_call(self.model, given, agent="ocr", at=later(self.now)))

    @rule(seconds=st.sampled_from([1, 5, 15, 30, 31]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule(is_open=st.booleans(), door=st.integers(0, 1))
    def switch(self, is_open: bool, door: int) -> None:
        store, at = self.doors[door % len(self.doors)], later(self.now)
        if is_open:
            self.runner.run(store.open_breaker("ocr", who="ann", why=None, at=at, until=later(self.now + 10)))
            self.moved(opened_by_hand(self.model, who="ann", why=None, at=at, until=later(self.now + 10)))
        else:
            self.runner.run(store.close_breaker("ocr", who="ann", why=None, at=at))
            self.moved(closed_by_hand(self.model, who="ann", why=None, at=at))

    @invariant()
    def never_more_probes_than_the_rule_allows(self) -> None:
        for found in self.runner.run(self.doors[0].breakers()).values():
            assert len(open_probes(found, later(self.now))) <= RULE.probes

    @invariant()
    def nothing_is_lost(self) -> None:
        found = self.runner.run(self.doors[-1].breakers()).get("ocr", Breaker(name="ocr"))
        assert found == self.model
        told = [kind for kind in self.runner.run(kinds(self.doors[0])) if kind.startswith("breaker_")]
        assert len(told) == self.moves


@pytest.mark.parametrize("kind", ["memory", "sqlite", "postgres"])
def test_no_interleaving_exceeds_the_probes(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Nor is an outcome, a switch or a change of state lost, whichever door it comes by."""
    numbers = count()

    def machine() -> Interleaved:
        if kind != "postgres":
            return Interleaved({"memory": "memory:", "sqlite": f"{tmp_path}/{next(numbers)}.db"}[kind])
        postgres, database = request.getfixturevalue("postgres"), request.getfixturevalue("database")
        empty(postgres, database)
        return Interleaved(postgres.url(database))

    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis
        machine,
        settings=settings(
            max_examples={"memory": 60, "sqlite": 10, "postgres": 10}[kind],
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
