"""Runs from their start to their end: each look at one says what is to be done next."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dmnroute.agents.holding import held_by
from dmnroute.errors import OperatorError, UsageError
from dmnroute.router.bases import Bases, Basis
from dmnroute.router.budgeting import Budgeting
from dmnroute.router.controls import Controls
from dmnroute.router.forks import Forks
from dmnroute.router.log_fields import fields_of_outcome
from dmnroute.router.look import Arriving, Asked, Look, is_tried_anew
from dmnroute.router.pausing import Pausing
from dmnroute.router.steering import Steering
from dmnroute.router.turn import Turn
from dmnroute.routing.breaker_gate import PROBE_TAKEN
from dmnroute.routing.breaker_rules import BreakerRules
from dmnroute.routing.budgets import Budget
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.history import Hop
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.policies import PolicySource
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import EDITION, Guards, Limits, Run, RunState, RunStatus
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.routing.seeds import seed_of
from dmnroute.routing.slo import Slo, with_slo
from dmnroute.routing.steering import policy_of

log = logging.getLogger(__name__)

STEP_ID = re.compile(r"/\d+\.\d+\Z")
"""How the id of a step ends; a child run has the id of its step."""


_TELLING: frozenset[RunStatus] = frozenset({"stopped", "escalated"})
"""What tells something of a version, beside the ends of runs."""


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
        asked = Asked(hop, tuple(outcomes), arriving, element_instance, retry)
        basis = await self._bases.of(run, known)
        while (turn := await self._look(run, basis, asked)) is None or await self._is_free(turn):
            # It follows another policy than it was started with, its place behind a breaker was taken, or what held it
            # was lifted meanwhile: whoever lifted it may have looked for held runs a moment too early.
            history = await self.store.history(run)
            assert history is not None
            state = await self.store.state(run)
            basis = await self._bases.of(run, known, policy_of(history, anew=is_tried_anew(state, asked)))
        await self._cancel_children(turn)
        if self.after is not None and (turn.new or turn.stop) and (turn.ended or turn.status in _TELLING):
            await self.after(turn.history.run)
        return turn

    async def _is_free(self, turn: Turn) -> bool:
        """Whether a run was held by what holds it no more."""
        state = await self.store.state(turn.history.run.id) if turn.pause else None
        return state is not None and state.held is not None and await held_by(self.store, state) is None

    async def _look(self, run: str, basis: Basis, asked: Asked) -> Turn | None:
        """One look at the run; none when it has to be looked at with another basis."""
        try:
            return await self._one_look.at(run, basis, asked)
        except OperatorError as error:
            if error.code != PROBE_TAKEN:
                raise
            return None

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
    def _one_look(self) -> Look:
        return Look(self.store, self.catalogue, self.clock, self.breakers, self._budgeting)

    @property
    def _bases(self) -> Bases:
        return Bases(self.store, self.policies, self.catalogue, self.clock, self._budgeting)

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


def _is_cancelled(hop: Hop, step: PlannedStep) -> bool:
    outcome = hop.outcomes.get(step.id)
    return outcome is not None and outcome.status == "cancelled"
