"""Runs in memory: for tests, simulation and replay. The same promises as the SQL store, but nothing is left at exit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from dmnroute.routing.amounts import Amounts
from dmnroute.routing.breaker_gate import BreakerWrite
from dmnroute.routing.breakers import Breaker, closed_by_hand, opened_by_hand
from dmnroute.routing.budgets import AccountState, Refusal, Reservation
from dmnroute.routing.history import History
from dmnroute.routing.pauses import Pause, PauseScope, PauseTimers, pause_key
from dmnroute.routing.ports.agents import KnownAgent
from dmnroute.routing.ports.events import Event, EventKind
from dmnroute.routing.ports.policies import StoredPolicy
from dmnroute.routing.ports.recorded import Parts, RecordedRun, Survey, Window
from dmnroute.routing.ports.runs import HopWrite, LockedRun
from dmnroute.routing.ports.shadows import ShadowMove
from dmnroute.routing.ports.steps import AgentActivity
from dmnroute.routing.ports.trials import TrialRun
from dmnroute.routing.records.control import Control, ControlKind
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.policy_change import PolicyChange
from dmnroute.routing.records.run import ENDED, Run, RunState, RunStatus
from dmnroute.routing.records.shadow import ShadowHop
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.store import changes, rows
from dmnroute.store.book import Book
from dmnroute.store.changes import policy_changed
from dmnroute.store.holding import Holding
from dmnroute.store.ledger import Ledger
from dmnroute.store.memory import recorded
from dmnroute.store.memory.breakers import KeptBreakers
from dmnroute.store.memory.kept import KeptRun, is_driven
from dmnroute.store.memory.locked import MemoryLockedRun
from dmnroute.store.memory.pauses import KeptPauses
from dmnroute.store.memory.plain import kept_run, plain_outcome
from dmnroute.store.memory.policies import MemoryPolicies
from dmnroute.store.memory.shadows import MemoryShadows
from dmnroute.store.memory.steps import KeptSteps
from dmnroute.store.memory.trials import trial_run
from dmnroute.store.pauses import released, run_of
from dmnroute.store.utc import in_utc


class MemoryStore:
    """A store for one event loop. What it gives back is shared: records are frozen, leave what they hold as it is."""

    def __init__(self) -> None:
        self._runs: dict[str, KeptRun] = {}
        self._steps = KeptSteps()
        self._agents: dict[tuple[str, str], KnownAgent] = {}
        self._policies = MemoryPolicies()
        self._shadows = MemoryShadows()
        self._breakers = KeptBreakers()
        self._pauses = KeptPauses()
        self._events: list[Event] = []
        self._book = Book()
        self._holding = Holding()

    async def create(self, runs: Sequence[Run]) -> int:
        self._holding.refuse()
        given = [rows.run_of(rows.plain(rows.run_row(run))) for run in runs]
        before = len(self._runs)
        for run in given:
            if run.id not in self._runs:
                self._runs[run.id] = KeptRun(rows.new_state(run))
                self._tell([changes.run_started(run)], at=run.started, run=run.id)
        return len(self._runs) - before

    async def fork(self, run: Run) -> bool:
        self._holding.refuse()
        run = rows.run_of(rows.plain(rows.run_row(run)))
        origin = changes.origin_of(run)
        if origin.run not in self._runs:
            raise changes.unknown_run(origin.run)
        if run.id in self._runs:
            return False
        begun = changes.begun(run, self._runs[origin.run].history())
        kept = KeptRun(changes.forked_state(begun), begun=begun)
        kept.signals += [signal.model_copy(update={"run": run.id}) for signal in begun.signals]
        kept.controls += [control.model_copy(update={"run": run.id}) for control in begun.controls]
        self._runs[run.id] = kept
        self._tell([changes.run_started(run)], at=run.started, run=run.id)
        return True

    async def keep(self, state: RunState, history: History) -> bool:
        self._holding.refuse()
        run = rows.run_of(rows.plain(rows.run_row(history.run)))
        if run.origin is not None and run.origin.run not in self._runs:
            raise changes.unknown_run(run.origin.run)
        if run.id in self._runs:
            return False
        begun = changes.begun(run, self._runs[run.origin.run].history()) if run.origin else None
        kept = self._runs[run.id] = kept_run(run, state, history, begun)
        for decision in kept.decisions:
            self._steps.plan(decision, elsewhere=True)
        self._tell([changes.run_imported(kept.state)], at=kept.state.updated, run=run.id)
        return True

    async def state(self, run: str) -> RunState | None:
        return self._runs[run].state if run in self._runs else None

    async def states(
        self,
        *,
        statuses: Collection[RunStatus] | None = None,
        policy: str | None = None,
        tags: dict[str, str] | None = None,
        held: bool = False,
        limit: int | None = None,
    ) -> list[RunState]:
        found = [
            kept.state
            for kept in self._runs.values()
            if (statuses is None or kept.state.status in statuses)
            and (policy is None or kept.state.run.policy == policy)
            and (tags or {}).items() <= kept.state.run.tags.items()
            and (kept.state.held is not None or not held)
        ]
        found.sort(key=lambda state: state.run.id)
        found.sort(key=lambda state: state.run.started, reverse=True)
        return found[:limit]

    async def history(self, run: str) -> History | None:
        return self._runs[run].history() if run in self._runs else None

    async def step(self, step: str) -> tuple[PlannedStep, Outcome | None] | None:
        known = self._steps.find(step)
        if known is None:
            return None
        kept = self._runs[known.run]
        planned = next(each for each in kept.decision(known.hop).plan.steps if each.id == step)
        return planned, kept.outcomes[known.hop].get(step)

    async def bind(self, run: str, process_instance: str) -> RunState:
        async with self._alone(run) as kept:
            if changes.can_be_bound(kept.state):
                bound = kept.state.run.model_copy(update=rows.plain({"process_instance": process_instance}))
                kept.state = kept.state.model_copy(update={"run": bound})
            return kept.state

    @asynccontextmanager
    async def locked(self, run: str) -> AsyncIterator[LockedRun]:
        async with self._alone(run) as kept, AsyncExitStack() as holding:
            locked = MemoryLockedRun(kept.state, kept.history(), self._book, holding)
            try:
                yield locked
                locked.check_reserved()
            finally:
                locked.left = True
            if locked.change is not None:
                ledger = await locked.ledger()
                self._apply(kept, locked.change, ledger)
                self._book.keep(ledger)
                if locked.change.status in ENDED:
                    self._book.forget(run)

    async def record(self, outcome: Outcome, *, at: datetime) -> bool:
        self._holding.refuse()
        at, outcome = in_utc(at), plain_outcome(outcome, at)
        known = self._steps.find(outcome.step)
        if known is None:
            return False
        run = known.run
        async with self._alone(run) as kept:
            if not self._keep_outcome(kept, outcome, at):
                return False
            cost = changes.total(kept.state.cost, [outcome])
            kept.state = kept.state.model_copy(update={"cost": cost, "updated": at})
            async with self._book.lock:
                ledger = self._book.ledger(run)
                ledger.settle([outcome])
                self._book.keep(ledger)
            told = self._breakers.carry(self._steps.ended([outcome]), BreakerWrite(), at)
            self._tell([changes.step_ended(outcome), *ledger.tellings, *told], at=at, run=run)
        return True

    async def spend(
        self, step: str, amounts: Amounts, *, key: str, at: datetime, max_cost: Decimal | None = None
    ) -> Refusal | None:
        self._holding.refuse()
        known = self._steps.find(step)
        if known is None:
            return None
        async with self._alone(known.run) as kept, self._book.lock:
            if step in kept.outcomes[known.hop]:
                return Refusal(step=step)
            ledger = self._book.ledger(known.run)
            refusal = ledger.spend(step, amounts, key=key, max_cost=max_cost)
            self._book.keep(ledger)
            self._tell(ledger.tellings, at=in_utc(at), run=known.run)
            return refusal

    async def reservation(self, step: str) -> Reservation | None:
        return self._book.find(step)

    async def accounts(self, *, keys: Collection[str] | None = None, at: datetime | None = None) -> list[AccountState]:
        return self._book.listed(keys, at)

    async def signal(self, run: str, name: str, payload: Any, *, at: datetime, key: str | None = None) -> Signal:
        async with self._alone(run) as kept:
            if key is not None and key in kept.signal_keys:
                return kept.signal_keys[key]
            number = len(kept.signals) + 1
            given = Signal(run=run, number=number, name=name, payload=payload, at=at)
            signal = rows.signal_of(rows.plain(rows.signal_row(given, key=key)))
            kept.signals.append(signal)
            if key is not None:
                kept.signal_keys[key] = signal
            kept.state = kept.state.model_copy(update={"updated": signal.at})
            self._tell([changes.signal_received(signal)], at=signal.at, run=run)
            return signal

    async def control(
        self,
        run: str,
        kind: ControlKind,
        data: dict[str, Any],
        *,
        who: str,
        at: datetime,
        why: str | None = None,
        key: str | None = None,
    ) -> Control:
        async with self._alone(run) as kept:
            known = next((each for each in kept.controls if key is not None and each.key == key), None)
            if known is not None:
                return known
            number = len(kept.controls) + 1
            given = Control(run=run, number=number, kind=kind, data=data, who=who, why=why, at=at, key=key)
            control = rows.control_of(rows.plain(rows.control_row(given)))
            kept.controls.append(control)
            kept.state = kept.state.model_copy(update={"updated": control.at})
            self._tell([changes.control_received(control)], at=control.at, run=run)
            return control

    async def acquire(
        self, run: str, owner: str, *, now: datetime, until: datetime, gone: Collection[str] = ()
    ) -> bool:
        self._holding.refuse()
        if run not in self._runs:
            return False
        async with self._alone(run) as kept:
            state = kept.state
            free = state.owner in (None, owner) or state.owner in gone
            if not free and state.lease_until is not None and state.lease_until > in_utc(now):
                return False
            kept.state = state.model_copy(update={"owner": owner, "lease_until": in_utc(until)})
        return True

    async def release(self, run: str, owner: str) -> None:
        self._holding.refuse()
        if run not in self._runs:
            return
        async with self._alone(run) as kept:
            if kept.state.owner == owner:
                kept.state = kept.state.model_copy(update={"owner": None, "lease_until": None})

    async def reusable(
        self,
        agent: str,
        version: str,
        input_digest: str,
        *,
        runs: Collection[str] | None = None,
        tenant: str | None = None,
        since: datetime | None = None,
    ) -> Outcome | None:
        found = [
            ended
            for ended, step in self._steps.ok(agent, version, input_digest)
            if (runs is None or step.run in runs)
            and (tenant is None or self._runs[step.run].state.run.tenant == tenant)
            and (since is None or ended.at >= in_utc(since))
        ]
        return max(found, key=lambda each: each[:2]).outcome if found else None

    async def activity(self, agents: Collection[str], *, latest: int, now: datetime) -> dict[str, AgentActivity]:
        found = dict[str, AgentActivity]()
        for agent in agents:
            driven = [is_driven(kept, now) for kept in self._runs.values() for _ in kept.open_steps(agent)]
            outcomes = self._steps.latest(agent, latest)
            found[agent] = AgentActivity(outcomes, sum(driven), len(driven) - sum(driven))
        return found

    async def breakers(self, names: Collection[str] | None = None) -> dict[str, Breaker]:
        return self._breakers.named(names)

    async def open_breaker(
        self, name: str, *, who: str, why: str | None, at: datetime, until: datetime | None = None
    ) -> Breaker:
        until = in_utc(until) if until else None
        return self._switch(name, partial(opened_by_hand, who=who, why=why, at=in_utc(at), until=until), at)

    async def close_breaker(self, name: str, *, who: str, why: str | None, at: datetime) -> Breaker:
        return self._switch(name, partial(closed_by_hand, who=who, why=why, at=in_utc(at)), at)

    async def pause(
        self, scope: PauseScope, name: str, *, who: str, why: str | None, at: datetime, timers: PauseTimers = "stand"
    ) -> Pause:
        self._holding.refuse()
        wanted = Pause(number=0, scope=scope, name=name, who=who, why=why, since=at, timers=timers)
        kept, tellings = self._pauses.pause(wanted)
        self._tell(tellings, at=in_utc(at), run=run_of(kept))
        return kept

    async def resume(self, scope: PauseScope, name: str, *, who: str, why: str | None, at: datetime) -> Pause | None:
        self._holding.refuse()
        kept, tellings = self._pauses.resume(pause_key(scope, name), who=who, why=why, at=at)
        self._tell(tellings, at=in_utc(at), run=run_of(kept) if kept else None)
        return kept

    async def pauses(self, *, over: Collection[str] | None = None, since: datetime | None = None) -> list[Pause]:
        return self._pauses.listed(over, since)

    async def let_go(self, run: str, *, who: str, why: str | None, at: datetime) -> None:
        at = in_utc(at)
        async with self._alone(run) as kept:
            kept.state = kept.state.model_copy(update={"released": at, "updated": at})
            self._tell([released(who, why)], at=at, run=run)

    async def see(self, agents: Sequence[KnownAgent]) -> None:
        self._holding.refuse()
        for row in [rows.plain(rows.agent_row(agent)) for agent in agents]:
            self._agents[row["name"], row["version"]] = KnownAgent(**row)

    async def agents(self) -> list[KnownAgent]:
        return [self._agents[key] for key in sorted(self._agents)]

    async def keep_policy(
        self, name: str, file: str, text: bytes, *, at: datetime, changes: Sequence[str] | None = None
    ) -> StoredPolicy:
        self._holding.refuse()
        stored, new = self._policies.keep(name, file, text, at=in_utc(at))
        if new:
            self._tell([policy_changed(stored, changes)], at=stored.loaded)
        return stored

    async def policy(self, name: str, version: int | None = None) -> StoredPolicy | None:
        return self._policies.find(name, version)

    async def add_version(self, name: str, file: str, text: bytes, *, at: datetime) -> StoredPolicy:
        self._holding.refuse()
        return self._policies.add(name, file, text, at=in_utc(at))

    async def change_policy(self, change: PolicyChange) -> bool:
        self._holding.refuse()
        kept = rows.policy_change_of(rows.plain(rows.policy_change_row(change)))
        if not self._policies.change(kept):
            return False
        self._tell([changes.policy_transition(kept)], at=kept.at)
        return True

    async def policy_changes(self, name: str, *, after: int = 0) -> list[PolicyChange]:
        return self._policies.changes.get(name, [])[max(after, 0) :]

    async def published(self) -> list[str]:
        return sorted(self._policies.changes)

    async def shadows(self, run: str) -> list[ShadowHop]:
        return self._shadows.of_run(run)

    async def shadow_moves(self, policy: str, version: int, tenant: str, *, since: datetime) -> list[ShadowMove]:
        return self._shadows.moves(policy, version, tenant, since)

    async def trial_runs(self, policy: str, *, since: datetime, limit: int) -> list[TrialRun]:
        mine = [
            kept for kept in self._runs.values() if kept.state.run.policy == policy and kept.state.run.started >= since
        ]
        mine.sort(key=lambda kept: kept.state.run.started, reverse=True)
        return [trial_run(kept) for kept in mine[:limit]]

    async def tell(self, kind: EventKind, data: dict[str, Any], *, at: datetime, run: str | None = None) -> None:
        self._holding.refuse()
        self._tell([(kind, data)], at=in_utc(at), run=run)

    async def events(self, *, after: int = 0, run: str | None = None, limit: int = 1000) -> list[Event]:
        later = self._events[max(after, 0) :]
        return [event for event in later if run is None or event.run == run][:limit]

    async def recorded(
        self, window: Window, parts: Parts, *, after: tuple[datetime, str] | None = None, limit: int
    ) -> list[RecordedRun]:
        return recorded.found(self._runs.values(), window, parts, after=after, limit=limit)

    async def survey(self, window: Window) -> Survey:
        return recorded.survey(self._runs.values(), window)

    async def close(self) -> None:
        """Nothing is held outside of this object."""

    @asynccontextmanager
    async def _alone(self, run: str) -> AsyncIterator[KeptRun]:
        self._holding.refuse()
        if run not in self._runs:
            raise changes.unknown_run(run)
        kept = self._runs[run]
        async with kept.lock:
            with self._holding.by_this_task():
                yield kept

    def _switch(self, name: str, act: Callable[[Breaker], Breaker], at: datetime) -> Breaker:
        self._holding.refuse()
        breaker, told = self._breakers.switch(name, act, in_utc(at))
        self._tell(told, at=in_utc(at))
        return breaker

    def _apply(self, kept: KeptRun, change: HopWrite, ledger: Ledger) -> None:
        arrived = dict[str, Outcome]()
        for outcome in change.outcomes:
            if self._is_open(kept, outcome):
                arrived.setdefault(outcome.step, outcome)
        called = self._steps.ended(changes.called(change, arrived.values()))
        told = self._breakers.carry(called, change.breakers, change.at)
        if change.decision is not None:
            self._keep_decision(kept, change.decision)
        if change.shadow is not None:
            self._shadows.keep(change.shadow)
        recorded = [outcome for outcome in change.outcomes if self._keep_outcome(kept, outcome, change.at)]
        tellings = changes.hop_tellings(kept.state, change, recorded)
        kept.state = changes.after_hop(kept.state, change, recorded)
        ledger.settle(recorded)
        if change.status in ENDED:
            ledger.close()
        self._tell([*tellings, *ledger.tellings, *told], at=change.at, run=kept.state.run.id)

    def _keep_decision(self, kept: KeptRun, decision: DecisionRecord) -> None:
        kept.decisions.append(decision)
        kept.outcomes[decision.hop] = {}
        self._steps.plan(decision)

    def _keep_outcome(self, kept: KeptRun, outcome: Outcome, at: datetime) -> bool:
        """False when the step isn't one of this run, or has an outcome."""
        if not self._is_open(kept, outcome):
            return False
        kept.outcomes[self._steps[outcome.step].hop][outcome.step] = outcome
        self._steps.end(outcome, at)
        return True

    def _is_open(self, kept: KeptRun, outcome: Outcome) -> bool:
        """Whether the outcome is that of a step of this run, and the first one."""
        step = self._steps.find(outcome.step)
        return step is not None and step.run == kept.state.run.id and outcome.step not in kept.outcomes[step.hop]

    def _tell(self, tellings: Iterable[changes.Telling], *, at: datetime, run: str | None = None) -> None:
        for kind, data in tellings:
            self._events.append(Event(len(self._events) + 1, at, kind, run, rows.plain({"data": data})["data"]))
