"""One look at a run: is its hop over, and what do the tables want next?"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dmnroute.agents.holding import held_by
from dmnroute.errors import OperatorError, RouteError, UsageError
from dmnroute.router.bases import Bases, Basis
from dmnroute.router.budgeting import Budgeting
from dmnroute.router.closing import closed, with_costs
from dmnroute.router.controls import Controls
from dmnroute.router.forks import Forks
from dmnroute.router.log_fields import fields_of_decision, fields_of_outcome
from dmnroute.router.pausing import Pausing, hold
from dmnroute.router.settling import settle
from dmnroute.router.steering import Steering
from dmnroute.router.turn import STATUS_AFTER, Turn
from dmnroute.routing.breaker_gate import PROBE_TAKEN
from dmnroute.routing.breaker_rules import BreakerRules
from dmnroute.routing.budgets import Budget
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.decide import decide
from dmnroute.routing.history import History, Hop
from dmnroute.routing.pauses import Pause
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.policies import PolicySource
from dmnroute.routing.ports.runs import HopWrite, LockedRun
from dmnroute.routing.ports.store import Store
from dmnroute.routing.progress import hop_end, is_under_way
from dmnroute.routing.records.hop import DecisionRecord, HopEnd
from dmnroute.routing.records.run import EDITION, Guards, Limits, Run, RunState, RunStatus, Stop
from dmnroute.routing.records.shadow import ShadowHop
from dmnroute.routing.records.step import Estimate, Outcome, PlannedStep
from dmnroute.routing.seeds import seed_of
from dmnroute.routing.slo import Slo, with_slo
from dmnroute.routing.steering import manual_outcomes, policy_of
from dmnroute.routing.versions.shadowing import shadow_of

log = logging.getLogger(__name__)

STEP_ID = re.compile(r"/\d+\.\d+\Z")
"""How the id of a step ends; a child run has the id of its step."""


_TELLING: frozenset[RunStatus] = frozenset({"stopped", "escalated"})
"""What tells something of a version, beside the ends of runs."""

Arriving = Callable[[History], Awaitable[Sequence[Outcome]]]
"""Gives the outcomes that arrive with a route job, by the history of its run."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a look at a run is for: see `Router.route`."""

    hop: int | None
    outcomes: tuple[Outcome, ...]
    arriving: Arriving | None
    element_instance: str | None
    retry: bool


@dataclass(frozen=True, slots=True)
class Router:
    """Stateless: everything it knows of a run is in the store. Any number of routers may share one."""

    store: Store
    policies: PolicySource
    catalogue: Catalogue
    clock: Clock
    guards: Guards = field(default_factory=Guards)
    """Of every step of new runs, before those that tables name."""
    breakers: BreakerRules = field(default_factory=BreakerRules)
    """When breakers open: by the settings."""
    budgets: Sequence[Budget] = field(default_factory=list)
    """What tenants and agents may use together."""
    tenant: str = "default"
    """Whose runs are started here, unless somebody says."""
    slos: Sequence[Slo] = field(default_factory=list)
    """How long new runs should take."""
    pins: bool = False
    """Whether new runs keep the version of their first hop."""
    after: Callable[[Run], Awaitable[None]] | None = None
    """Told of runs that ended, stopped, or ask people: what has a canary judged."""

    @property
    def controls(self) -> Controls:
        """What people and apps ask of runs."""
        return Controls(self.store, self.clock, self.catalogue)

    @property
    def steering(self) -> Steering:
        """What people wish of runs that go on."""
        return Steering(self.controls, self.policies, self.catalogue)

    @property
    def pausing(self) -> Pausing:
        """What people hold, and let go on."""
        return Pausing(self.store, self.clock, self.catalogue)

    @property
    def forks(self) -> Forks:
        """Runs made of runs."""
        return Forks(self.store, self.clock, self.steering)

    def new_run(
        self,
        run: str,
        policy: str,
        *,
        input: Mapping[str, Any],
        tags: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        tenant: str | None = None,
        parent: str | None = None,
    ) -> Run:
        """A run as it would start now.

        Raises:
            UsageError: `bad_run_id`, when the id is empty or looks like that of a step.
        """
        if not run or (parent is None and STEP_ID.search(run)):
            raise UsageError(
                f"`{run}` can't be the id of a run",
                code="bad_run_id",
                hint="ids that end like `/1.2` are those of steps and their child runs",
            )
        tenant = tenant or self.tenant
        return Run(
            id=run,
            policy=policy,
            tenant=tenant,
            started=self.clock.now(),
            input=dict(input),
            tags=dict(tags or {}),
            limits=with_slo(limits or Limits(), self.slos, policy=policy, tenant=tenant, is_child=parent is not None),
            seed=seed_of(run),
            merge=dict(self.catalogue.merge),
            guards=self.guards,
            parent=parent,
            edition=EDITION,
            pins=self.pins,
        )

    async def start(self, runs: Sequence[Run]) -> int:
        """Keep new runs; starting one twice changes nothing. Answers how many are new."""
        return await self.store.create(runs)

    async def route(
        self,
        run: str,
        *,
        hop: int | None = None,
        outcomes: Sequence[Outcome] = (),
        arriving: Arriving | None = None,
        element_instance: str | None = None,
        retry: bool = False,
        known: RunState | None = None,
    ) -> Turn:
        """Take outcomes in, and decide the next hop when the latest one is over.

        `hop` is the hop that a route job asks for: one that is decided already is answered with what is stored.
        `arriving` gives outcomes that only the history can tell. `element_instance` is what asks on Zeebe. With
        `retry` a stopped run is decided anew. `known` is the run's state, where the caller has just read it.

        Raises:
            OperatorError: `unknown_run`, or `store_behind` when the job is ahead of the store.
        """
        asked = _Asked(hop, tuple(outcomes), arriving, element_instance, retry)
        basis = await self._bases.of(run, known)
        while (turn := await self._look(run, basis, asked)) is None or await self._is_free(turn):
            # It follows another policy than it was started with, its place behind a breaker was taken, or what held it
            # was lifted meanwhile: whoever lifted it may have looked for held runs a moment too early.
            history = await self.store.history(run)
            assert history is not None
            state = await self.store.state(run)
            basis = await self._bases.of(run, known, policy_of(history, anew=_is_tried_anew(state, asked)))
        await self._cancel_children(turn)
        if self.after is not None and (turn.new or turn.stop) and (turn.ended or turn.status in _TELLING):
            await self.after(turn.history.run)
        return turn

    async def _is_free(self, turn: Turn) -> bool:
        """Whether a run was held by what holds it no more."""
        state = await self.store.state(turn.history.run.id) if turn.pause else None
        return state is not None and state.held is not None and await held_by(self.store, state) is None

    async def _look(self, run: str, basis: Basis, asked: _Asked) -> Turn | None:
        """One look at the run; none when it has to be looked at with another basis."""
        try:
            return await self._look_alone(run, basis, asked)
        except OperatorError as error:
            if error.code != PROBE_TAKEN:
                raise
            return None

    async def _look_alone(self, run: str, basis: Basis, asked: _Asked) -> Turn | None:
        """Nobody else can change the run meanwhile; none when it follows another policy."""
        async with self.store.locked(run) as locked:
            turn, hop = _turn(locked), asked.hop
            if turn.ended or (turn.status == "stopped" and not asked.retry):
                return turn
            if hop is not None and hop <= len(locked.history.hops):
                return turn
            if hop is not None and hop > len(locked.history.hops) + 1:
                raise OperatorError(
                    f"run `{run}`: hop {hop} was asked for, and the store knows {len(locked.history.hops)} hops",
                    code="store_behind",
                    hint="the store may have been restored from an older copy; nothing is dispatched",
                )
            if policy_of(locked.history, anew=_is_tried_anew(locked.state, asked)) != basis.named:
                return None
            arrived = [*asked.outcomes, *(await asked.arriving(locked.history) if asked.arriving else ())]
            return await self._advance(locked, arrived, basis, asked.element_instance)

    async def _cancel_children(self, turn: Turn) -> None:
        """End the child runs whose steps were cancelled when the hop before ended."""
        hops = turn.history.hops
        ended = hops[-2:-1] if turn.new else hops[-1:] if turn.stop else ()
        for hop in ended:
            await self.controls.cancel_children(step for step in hop.decision.plan.steps if _is_cancelled(hop, step))

    @property
    def _budgeting(self) -> Budgeting:
        return Budgeting(self.store, self.budgets)

    @property
    def _bases(self) -> Bases:
        return Bases(self.store, self.policies, self.catalogue, self.clock, self._budgeting)

    async def _advance(
        self,
        locked: LockedRun,
        arrived: Sequence[Outcome],
        basis: Basis,
        element_instance: str | None,
    ) -> Turn:
        now = self.clock.now()
        # What a person gave is kept also when its process died before it could.
        arrived = [*_given_by_people(locked.history), *arrived]
        arrived = await with_costs(arrived, locked.history, self.store)
        history = replace(locked.history.with_outcomes(arrived), stood=basis.stood(locked.history, now))
        end = hop_end(history, now=basis.holds.timers(history, now))
        if basis.holds.pause is not None and (end is not None or is_under_way(history)):
            return await self._held(locked, history, arrived, basis.holds.pause)
        if end is None:
            if arrived:
                await locked.write(HopWrite(status=locked.state.status, at=now, outcomes=arrived))
            return Turn(history, locked.state.status)
        outcomes = [*arrived, *await closed(history, end, self.store)]
        history = history.with_outcomes(outcomes)
        try:
            decision = self._decide(history, end, basis, now=now)
            estimates = await self._budgeting.estimates(decision, history.run)
            if estimates:
                decision = self._decide(history, end, basis, now=now, estimates=estimates)
            decision = decision.model_copy(update={"element_instance": element_instance})
        except RouteError as error:
            version = basis.policy.version if isinstance(basis.policy, PolicyVersion) else None
            stop = _stop(error, history, version, now=now, element_instance=element_instance)
            shadow = self._shadowed(history, error, end, basis, now=now)
            await locked.write(HopWrite(status="stopped", at=now, outcomes=outcomes, stop=stop, shadow=shadow))
            log.warning("run stopped", extra={"run": history.run.id, "hop": stop.hop, "code": stop.code})
            return Turn(history, "stopped", stop=stop)
        shadow = self._shadowed(history, decision, end, basis, now=now)
        new = locked.history.new(outcomes)
        settled = await settle(decision, history, new, self.store, self.breakers)
        pause = basis.holds.of_agents(settled.unsettled)
        if pause is not None:
            return await self._held(locked, locked.history.with_outcomes(arrived), arrived, pause)
        settled = await self._budgeting.reserve(locked, settled, ended=outcomes)
        decision, outcomes = settled.decision, [*outcomes, *settled.outcomes]
        status = STATUS_AFTER[decision.plan.action]
        result = decision.plan.result
        await locked.write(
            HopWrite(
                status=status,
                at=now,
                outcomes=outcomes,
                decision=decision,
                result=result,
                breakers=settled.breakers,
                shadow=shadow,
            )
        )
        log.info("hop decided", extra=fields_of_decision(decision))
        return Turn(history.with_decision(decision).with_outcomes(settled.outcomes), status, result=result, new=True)

    async def _held(self, locked: LockedRun, history: History, arrived: Sequence[Outcome], pause: Pause) -> Turn:
        """Keep what has arrived, and go no further: a hop is decided when it can be carried out."""
        change = hold(locked.state, history, pause, arrived, now=self.clock.now())
        if change is not None:
            await locked.write(change)
            log.info("run held", extra={"run": history.run.id, "pause": pause.key})
        return Turn(history, change.status if change else locked.state.status, pause=pause)

    def _decide(
        self,
        history: History,
        end: HopEnd,
        basis: Basis,
        *,
        now: datetime,
        estimates: Mapping[str, Estimate] | None = None,
    ) -> DecisionRecord:
        return decide(
            history,
            basis.policy,
            self.catalogue,
            previous=end,
            now=now,
            seed=seed_of(history.run.id, len(history.hops) + 1),
            figures=basis.figures,
            standing=basis.standing,
            estimates=estimates,
        )

    def _shadowed(
        self, history: History, decided: DecisionRecord | RouteError, end: HopEnd, basis: Basis, *, now: datetime
    ) -> ShadowHop | None:
        """What the shadow makes of the hop, where there is one."""
        if basis.shadow is None:
            return None
        by = basis.policy if isinstance(basis.policy, PolicyVersion) else None
        seed = seed_of(history.run.id, len(history.hops) + 1)
        return shadow_of(basis.shadow, history, decided, self.catalogue, previous=end, now=now, seed=seed, by=by)

    async def record(self, outcome: Outcome) -> bool:
        """Keep the outcome of a step; False when there is one already."""
        new = await self.store.record(outcome, at=self.clock.now())
        if new:
            log.log(
                logging.DEBUG if outcome.status == "ok" else logging.INFO,
                "step ended",
                extra=fields_of_outcome(outcome),
            )
        return new


def _given_by_people(history: History) -> list[Outcome]:
    """For steps that still have no outcome."""
    missing = history.last.missing() if history.last else ()
    return [outcome for outcome in manual_outcomes(history) if outcome.step in missing]


def _turn(locked: LockedRun) -> Turn:
    state = locked.state
    return Turn(locked.history, state.status, stop=state.stop, result=state.result)


def _is_tried_anew(state: RunState | None, asked: _Asked) -> bool:
    """Whether what decides a stopped run is looked up anew, also for one that keeps its version."""
    return asked.retry and state is not None and state.status == "stopped"


def _is_cancelled(hop: Hop, step: PlannedStep) -> bool:
    outcome = hop.outcomes.get(step.id)
    return outcome is not None and outcome.status == "cancelled"


def _stop(
    error: RouteError, history: History, version: int | None, *, now: datetime, element_instance: str | None
) -> Stop:
    return Stop(
        code=error.code,
        message=str(error),
        policy=policy_of(history)[0],
        version=version,
        hop=len(history.hops) + 1,
        at=now,
        element_instance=element_instance,
    )
