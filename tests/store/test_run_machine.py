"""Whatever happens in whatever order: no hop is decided twice, no signal lost, no budget overspent, no lease broken.

Two routers with doors of their own to one store move several runs through fan-outs, waits and retries. Route jobs come
late, twice, too early or both at once; outcomes come twice, with other contents, to either router; signals come before,
while and after runs wait for them; input arrives that is queued, ends hops or restarts runs; routers die in the middle
of a hop; owners die with a lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.store.conftest import empty
from tests.support.tables import route

from dmnroute.dmn import load
from dmnroute.errors import DmnrouteError, OperatorError
from dmnroute.router.router import Router
from dmnroute.router.turn import Turn
from dmnroute.routing.amounts import MEASURES, Amounts
from dmnroute.routing.budgets import Budget
from dmnroute.routing.catalogue import AgentSpec, Catalogue
from dmnroute.routing.history import History
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.run import ENDED, Limits
from dmnroute.routing.records.step import Outcome, PlannedStep, StepError
from dmnroute.store.open import open_store
from dmnroute.testing import FixedPolicies, ManualClock

RUNS = ("r1", "r2")
LEASE = 30
HOPS = 10
CATALOGUE = Catalogue(
    {
        name: AgentSpec(name, fields=frozenset(), required=frozenset(), cost=Decimal("0.1"), timeout=Decimal(60))
        for name in ("ask", "ocr")
    }
)
TABLES = route(
    ["last.status", "modulo(run.hop, 3)"],
    ["agent", "action", "signal", "join", "retries", "on_input", "reason"],
    [
        ['"start"', "-", '["ask", "ocr", "ask"]', "null", "null", "2", "1", '"interrupt"', '"begin"'],
        ["-", "0", "null", '"wait"', '"go"', "null", "null", '"queue"', '"hop " + string(run.hop)'],
        ["-", "1", '["ask", "ocr"]', "null", "null", "null", "1", '"restart"', '"hop " + string(run.hop)'],
        ["-", "-", '"ocr"', "null", "null", "null", "null", '"reject"', '"hop " + string(run.hop)'],
    ],
)
POLICIES = FixedPolicies({"p": load(TABLES.encode(), name="p.dmn")})
OF_TENANT, OF_AGENT = Decimal(1), Decimal("0.6")
BUDGETS = (Budget(tenant="*", cost=OF_TENANT, calls=12), Budget(agent="ask", cost=OF_AGENT))
LIMITS = Limits(hops=HOPS, cost=Decimal("0.9"))

runs = st.sampled_from(["r1", "r1", "r1", "r2"])
doors = st.sampled_from([0, 1])
owners = st.sampled_from(["ann", "bob"])
shares = st.sampled_from([0, 3, 4, 4])
statuses = st.sampled_from(["ok", "ok", "failed", "timeout"])


class Runs(RuleBasedStateMachine):
    """Two doors to the same store (in memory: the same one), and what has to stay true from then on."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        first = self.runner.run(open_store(url))
        self.stores = (first, first if url == "memory:" else self.runner.run(open_store(url)))
        self.routers = tuple(
            Router(store, POLICIES, CATALOGUE, self.clock, budgets=BUDGETS, tenant="acme") for store in self.stores
        )
        self.decided: dict[tuple[str, int], DecisionRecord] = {}
        self.made = 0
        self.kept: dict[str, Outcome] = {}
        self.told: dict[str, list[int]] = {run: [] for run in RUNS}
        self.leases: dict[str, tuple[str, datetime]] = {}
        self.keys = count()

    def teardown(self) -> None:
        for store in dict.fromkeys(self.stores):
            self.runner.run(store.close())
        self.runner.close()

    def do(self, work: Awaitable[Any]) -> Any:
        async def done() -> Any:
            return await work

        return self.runner.run(done())

    def history(self, run: str) -> History:
        found: History | None = self.do(self.stores[0].history(run))
        assert found is not None
        return found

    def steps(self, run: str) -> list[PlannedStep]:
        return [step for hop in self.history(run).hops for step in hop.decision.plan.steps]

    @initialize()
    def begin(self) -> None:
        router = self.routers[0]
        new = [router.new_run(run, "p", input={}, limits=LIMITS) for run in RUNS]
        assert (self.do(router.start(new)), self.do(self.routers[1].start(new))) == (len(RUNS), 0)
        self._count([self.do(router.route(run)) for run in RUNS])

    # what comes to routers

    @rule(door=doors, run=runs, ahead=st.sampled_from([None, None, -1, 0, 1, 1, 2]))
    def look(self, door: int, run: str, ahead: int | None) -> None:
        """A route job: for whatever comes next, for a hop that is decided already, or for one that is too far."""
        hop = None if ahead is None else max(1, len(self.history(run).hops) + ahead)
        behind = ahead == 2 and self.do(self.stores[door].state(run)).status not in ENDED
        with pytest.raises(OperatorError, match="and the store knows") if behind else nullcontext():
            self._count([self.do(self.routers[door].route(run, hop=hop))])

    @rule(run=runs)
    def look_at_once(self, run: str) -> None:
        """Both routers get the same job."""

        async def both() -> list[Turn]:
            return await asyncio.gather(*(router.route(run) for router in self.routers))

        turns = self.runner.run(both())
        assert sum(turn.new for turn in turns) <= 2
        self._count(turns)

    @rule(door=doors, run=runs)
    def die_in_the_middle(self, door: int, run: str) -> None:
        """Nothing of a hop is kept when its router dies before the commit."""
        before = self.history(run), self.do(self.stores[door].accounts())

        async def killed(history: History) -> Sequence[Outcome]:
            raise DmnrouteError("killed")

        ended = self.do(self.stores[door].state(run)).status in ENDED
        with nullcontext() if ended else pytest.raises(DmnrouteError, match="killed"):
            self.do(self.routers[door].route(run, arriving=killed))
        assert (self.history(run), self.do(self.stores[door].accounts())) == before

    @rule(door=doors, run=runs, status=statuses, share=shares, signal=st.booleans())
    def go_on(self, door: int, run: str, status: Any, share: int, signal: bool) -> None:
        """All that a run waits for comes at once."""
        if signal:
            self.signal(door, run, key=None, looks=False)
        under_way = [step for step in self.steps(run) if step.id not in self.kept]
        outcomes = [self._came_of(step, status=status, share=share, foreign=True) for step in under_way]
        self.runner.run(self.clock.advance(2))
        self._count([self.do(self.routers[door].route(run, outcomes=outcomes))])

    @rule(door=doors, run=runs, data=st.data(), status=statuses, share=shares, foreign=st.booleans())
    def deliver(self, door: int, run: str, data: st.DataObject, **fields: Any) -> None:
        """The outcome of any step that was ever planned comes with a route job."""
        outcome = self._outcome(run, data, **fields)
        if outcome is not None:
            self._count([self.do(self.routers[door].route(run, outcomes=[outcome]))])

    @rule(door=doors, run=runs, data=st.data(), status=statuses, share=shares, times=st.integers(1, 2))
    def record(self, door: int, run: str, data: st.DataObject, times: int, **fields: Any) -> None:
        """A worker keeps an outcome itself, and does so again when it got no answer."""
        outcome = self._outcome(run, data, **fields)
        if outcome is not None:
            is_new = outcome.step not in {each.step for each in self.history(run).outcomes()}
            answers = [self.do(self.routers[door].record(outcome)) for _ in range(times)]
            assert answers == [is_new, False][:times]

    @rule(door=doors, run=runs, data=st.data(), cents=st.integers(0, 15), times=st.integers(1, 2))
    def spend(self, door: int, run: str, data: st.DataObject, cents: int, times: int) -> None:
        """An agent asks before it spends; granted or not, the sums stay within the budgets."""
        under_way = [step.id for step in self.steps(run) if step.id not in self.kept]
        if under_way:
            step, key = data.draw(st.sampled_from(under_way)), f"k{next(self.keys)}"
            amounts = Amounts(cost=Decimal(cents) / 100, calls=1)
            for _ in range(times):
                self.do(self.stores[door].spend(step, amounts, key=key, at=self.clock.now()))

    @rule(door=doors, run=runs, key=st.sampled_from([None, "a", "b"]), looks=st.booleans())
    def signal(self, door: int, run: str, key: str | None, looks: bool) -> None:
        """Somebody tells the run to go; with a key that was told before it is no new signal."""
        told = self.do(self.stores[door].signal(run, "go", None, at=self.clock.now(), key=key))
        if told is not None and told.number not in self.told[run]:
            self.told[run].append(told.number)
        if looks:
            self._come_to_rest(door, run)
            self._no_signal_is_left_unseen(run)

    @rule(door=doors, run=runs, key=st.sampled_from([None, "a"]))
    def give_input(self, door: int, run: str, key: str | None) -> None:
        """An app changes its mind: whatever the tables make of it, it is kept once, and what it ends stays ended."""
        before = self.history(run)
        with suppress(OperatorError):
            becomes = self.do(self.routers[door].controls.input(run, {"n": next(self.keys)}, key=key))
            given = self.history(run).controls[len(before.controls) :]
            assert len(given) == 1 or (key is not None and not given)
            if given and becomes in ("interrupt", "restart") and before.last is not None:
                turn = self.do(self.routers[door].route(run))
                self._count([turn])
                assert turn.new
                assert turn.hop.decision.previous.control is not None

    # who drives

    @rule(door=doors, run=runs, owner=owners, gone=st.sets(owners))
    def acquire(self, door: int, run: str, owner: str, gone: set[str]) -> None:
        """A lease is taken, renewed, or refused while somebody else has it who may be alive."""
        now = self.clock.now()
        holder, until = self.leases.get(run, (owner, now))
        free = holder == owner or until <= now or holder in gone
        ends = now + timedelta(seconds=LEASE)
        assert self.do(self.stores[door].acquire(run, owner, now=now, until=ends, gone=gone)) is free
        if free:
            self.leases[run] = owner, ends

    @rule(run=runs)
    def acquire_at_once(self, run: str) -> None:
        """Two owners at the same moment: one of them gets it, unless somebody has it."""
        now = self.clock.now()
        ends = now + timedelta(seconds=LEASE)

        async def both() -> list[bool]:
            names = ("ann", "bob")
            taking = (
                store.acquire(run, name, now=now, until=ends) for store, name in zip(self.stores, names, strict=True)
            )
            return await asyncio.gather(*taking)

        got = dict(zip(("ann", "bob"), self.runner.run(both()), strict=True))
        assert sum(got.values()) == 1
        holder, until = self.leases.get(run, ("", now))
        winner = next(name for name, has in got.items() if has)
        assert until <= now or winner == holder
        self.leases[run] = winner, ends

    @rule(door=doors, run=runs, owner=owners)
    def release(self, door: int, run: str, owner: str) -> None:
        """Only who has a lease gives it back."""
        self.do(self.stores[door].release(run, owner))
        if self.leases.get(run, ("",))[0] == owner:
            del self.leases[run]

    @rule(seconds=st.sampled_from([1, 10, LEASE, 70]))
    def time_passes(self, seconds: int) -> None:
        self.runner.run(self.clock.advance(seconds))

    # what stays true

    @invariant()
    def every_promise_holds(self) -> None:
        for run in RUNS:
            history = self.history(run)
            self._no_hop_is_decided_twice(history)
            self._the_first_outcome_of_a_step_stays(history)
            self._no_signal_is_lost_or_used_twice(history)
            state = self.do(self.stores[1].state(run))
            assert (state.owner, state.lease_until) == self.leases.get(run, (None, None))
        assert len(self.decided) == self.made
        self._no_budget_is_overspent()

    def _no_hop_is_decided_twice(self, history: History) -> None:
        """Each decision is made once, numbered without gaps, and stays as it was; so do its steps."""
        hops = history.hops
        assert [hop.decision.hop for hop in hops] == list(range(1, len(hops) + 1))
        for hop in hops:
            decision = hop.decision
            assert self.decided.setdefault((decision.run, decision.hop), decision) == decision
        ids = [step.id for hop in hops for step in hop.decision.plan.steps]
        assert len(ids) == len(set(ids))

    def _the_first_outcome_of_a_step_stays(self, history: History) -> None:
        for outcome in history.outcomes():
            assert self.kept.setdefault(outcome.step, outcome) == outcome
        kept = {step for step in self.kept if step.startswith(f"{history.run.id}/")}
        assert kept == {outcome.step for outcome in history.outcomes()}

    def _no_signal_is_lost_or_used_twice(self, history: History) -> None:
        """All that were told are there; each wait took another one, in the order in which they came."""
        told = self.told[history.run.id]
        assert [signal.number for signal in history.signals] == told
        used = [n for hop in history.hops if (n := hop.decision.previous.signal) is not None]
        assert used == told[: len(used)]

    def _no_budget_is_overspent(self) -> None:
        """Not that of a run, of its tenant, or of an agent; and nothing is held but for steps under way."""
        held: dict[str, Amounts] = {}
        for step in (step.id for d in self.decided.values() for step in d.plan.steps if step.id not in self.kept):
            reservation = self.do(self.stores[1].reservation(step))
            for account in reservation.accounts if reservation else ():
                held[account] = held.get(account, Amounts()).plus(reservation.amounts)
        costs = [(outcome.agent, outcome.cost or Decimal(0)) for outcome in self.kept.values()]
        assert sum(cost for _, cost in costs) <= OF_TENANT
        assert sum(cost for agent, cost in costs if agent == "ask") <= OF_AGENT
        for state in self.do(self.stores[0].accounts()):
            for measure in MEASURES:
                limit = state.account.limits.of(measure)
                assert limit is None or state.used(measure) <= limit
                assert (state.reserved.of(measure) or 0) == (held.get(state.account.key, Amounts()).of(measure) or 0)

    # helpers

    def _outcome(self, run: str, data: st.DataObject, **fields: Any) -> Outcome | None:
        """What comes of one of the run's steps, rather of those under way."""
        steps = self.steps(run)
        if not steps:
            return None
        under_way = [step for step in steps if step.id not in self.kept]
        return self._came_of(data.draw(st.sampled_from([*under_way, *under_way, *steps])), **fields)

    def _came_of(self, step: PlannedStep, *, status: Any, share: int, foreign: bool = False) -> Outcome:
        """An outcome that costs a part of what was held back for it."""
        reservation = self.do(self.stores[0].reservation(step.id))
        most = (reservation.amounts.cost if reservation else step.reserve) or Decimal(0)
        error = None if status == "ok" else StepError(kind="unavailable", message="", retryable=True)
        how = {"cost": most * share / 4, "attempt": step.attempt, "foreign": foreign}
        return Outcome(step=step.id, agent=step.agent, status=status, error=error, **how)

    def _count(self, turns: Sequence[Turn]) -> None:
        """Every decision was made by exactly one look."""
        self.made += sum(turn.new for turn in turns)

    def _come_to_rest(self, door: int, run: str) -> None:
        """Look as engines do: until there is nothing new."""
        while (turn := self.do(self.routers[door].route(run))).new:
            self._count([turn])

    def _no_signal_is_left_unseen(self, run: str) -> None:
        """A run that was looked at doesn't wait for what has come."""
        history = self.history(run)
        if history.last is not None and history.last.decision.plan.signal == "go":
            used = {hop.decision.previous.signal for hop in history.hops}
            assert [number for number in self.told[run] if number not in used] == []


@pytest.mark.parametrize("kind", ["memory", "sqlite", "postgres"])
def test_no_interleaving_breaks_a_promise(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Steps, retries, duplicates, signals, kills, owners: what must hold does so after each of them, on every store."""
    numbers = count()

    def machine() -> Runs:
        if kind == "postgres":
            postgres, database = request.getfixturevalue("postgres"), request.getfixturevalue("database")
            empty(postgres, database)
            return Runs(postgres.url(database))
        return Runs("memory:" if kind == "memory" else f"{tmp_path}/{next(numbers)}.db")

    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis
        machine,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
