"""One look at a run, which nobody else can change meanwhile: is its hop over, and what do the tables want next?"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dmnroute.errors import OperatorError, RouteError
from dmnroute.router.bases import Basis
from dmnroute.router.budgeting import Budgeting
from dmnroute.router.closing import closed, with_costs
from dmnroute.router.log_fields import fields_of_decision
from dmnroute.router.pausing import hold
from dmnroute.router.settling import settle
from dmnroute.router.turn import STATUS_AFTER, Turn
from dmnroute.routing.breaker_rules import BreakerRules
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.decide import decide
from dmnroute.routing.history import History
from dmnroute.routing.pauses import Pause
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.runs import HopWrite, LockedRun
from dmnroute.routing.ports.store import Store
from dmnroute.routing.progress import hop_end, is_under_way
from dmnroute.routing.records.hop import DecisionRecord, HopEnd
from dmnroute.routing.records.run import RunState, Stop
from dmnroute.routing.records.shadow import ShadowHop
from dmnroute.routing.records.step import Estimate, Outcome
from dmnroute.routing.seeds import seed_of
from dmnroute.routing.steering import manual_outcomes, policy_of
from dmnroute.routing.versions.shadowing import shadow_of

log = logging.getLogger(__name__)

Arriving = Callable[[History], Awaitable[Sequence[Outcome]]]
"""Gives the outcomes that arrive with a route job, by the history of its run."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a look at a run is for: see `Router.route`."""

    hop: int | None
    outcomes: tuple[Outcome, ...]
    arriving: Arriving | None
    element_instance: str | None
    retry: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a run needs."""

    store: Store
    catalogue: Catalogue
    clock: Clock
    breakers: BreakerRules
    budgeting: Budgeting

    async def at(self, run: str, basis: Basis, asked: Asked) -> Turn | None:
        """Take in what has arrived, and decide the next hop when the latest one is over.

        None when the run follows another policy than the basis is of. Raises as `Router.route`.
        """
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
            if policy_of(locked.history, anew=is_tried_anew(locked.state, asked)) != basis.named:
                return None
            arrived = [*asked.outcomes, *(await asked.arriving(locked.history) if asked.arriving else ())]
            return await self._advance(locked, arrived, basis, asked.element_instance)

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
            estimates = await self.budgeting.estimates(decision, history.run)
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
        settled = await self.budgeting.reserve(locked, settled, ended=outcomes)
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


def _given_by_people(history: History) -> list[Outcome]:
    """For steps that still have no outcome."""
    missing = history.last.missing() if history.last else ()
    return [outcome for outcome in manual_outcomes(history) if outcome.step in missing]


def _turn(locked: LockedRun) -> Turn:
    state = locked.state
    return Turn(locked.history, state.status, stop=state.stop, result=state.result)


def is_tried_anew(state: RunState | None, asked: Asked) -> bool:
    """Whether what decides a stopped run is looked up anew, also for one that keeps its version."""
    return asked.retry and state is not None and state.status == "stopped"


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
