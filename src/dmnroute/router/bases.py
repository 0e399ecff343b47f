"""What a decision is taken with, looked up before the run is locked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from dmnroute.agents.holding import holds_over
from dmnroute.errors import OperatorError, RouteError, TableError
from dmnroute.router.budgeting import Budgeting
from dmnroute.router.controls import unknown_run
from dmnroute.router.figures import gather_figures, reads_agents, reads_tenant_budgets
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.history import History
from dmnroute.routing.pauses import Holds
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.policies import PolicySource
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import ENDED, Run, RunState
from dmnroute.routing.versions.shadowing import ShadowBasis


@dataclass(frozen=True, slots=True)
class Basis:
    """What a decision is taken with: the active version of the run's policy, or why there is none."""

    policy: PolicyVersion | RouteError
    named: tuple[str, int | None]
    """The policy's name, and its version where a person named one."""
    holds: Holds
    """The pauses of the run, its tenant and its agents."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """Of the agents, where the policy reads them."""
    standing: Mapping[str, Any] = field(default_factory=dict)
    """Of the tenant's budgets, where the policy reads it."""
    shadow: ShadowBasis | None = None
    """What is asked beside the policy, and never followed."""

    def stood(self, history: History, now: datetime) -> Decimal:
        """Seconds since its start for which the run's time stood still."""
        stood = self.holds.stood(history.run.started, now)
        return seconds_between(now, now + stood) if stood else Decimal(0)


@dataclass(frozen=True, slots=True)
class Bases:
    """Looks up what a decision is taken with."""

    store: Store
    policies: PolicySource
    catalogue: Catalogue
    clock: Clock
    budgeting: Budgeting

    async def of(self, run: str, known: RunState | None, named: tuple[str, int | None] | None = None) -> Basis:
        """The basis for a run; `named` is the policy it follows now, when it isn't the one it was started with.

        Raises:
            OperatorError: `unknown_run`, or what keeps the store from answering.
        """
        state = known or await self.store.state(run)
        if state is None:
            raise unknown_run(run)
        named = named or (state.run.policy, None)
        policy = await self._policy(*named, state.run)
        holds = await holds_over(
            self.store, run, state.run.tenant, since=state.run.started, agents=self.catalogue.agents
        )
        if state.status in ENDED:
            return Basis(policy, named, holds)
        shadow = await self._shadow(policy, named[0], state.run, holds)
        if isinstance(policy, RouteError):
            return Basis(policy, named, holds, shadow=shadow)
        figures = await self._figures(policy, state.run, holds)
        return Basis(policy, named, holds, figures, await self._standing(policy, state.run), shadow)

    async def _shadow(
        self, policy: PolicyVersion | RouteError, name: str, run: Run, holds: Holds
    ) -> ShadowBasis | None:
        """The shadow with what its own tables read; none where it is the very version that decides."""
        shadow = await self.policies.shadow(name, run)
        if shadow is None or (isinstance(policy, PolicyVersion) and policy.version == shadow.number):
            return None
        if not isinstance(shadow.policy, PolicyVersion):
            return ShadowBasis(shadow.number, shadow.tenant, shadow.policy)
        figures = await self._figures(shadow.policy, run, holds)
        standing = await self._standing(shadow.policy, run)
        return ShadowBasis(shadow.number, shadow.tenant, shadow.policy, figures, standing)

    async def _policy(self, name: str, version: int | None, run: Run) -> PolicyVersion | RouteError:
        """The version to decide with, or why there is none: then the run stops, and says it."""
        try:
            return await (self.policies.active(name, run) if version is None else self.policies.version(name, version))
        except RouteError as error:
            return error
        except (TableError, OperatorError) as error:
            if isinstance(error, OperatorError) and error.code != "unknown_version":
                raise
            return RouteError(error.message, code=error.code, place=error.place, hint=error.hint)

    async def _figures(self, policy: PolicyVersion, run: Run, holds: Holds) -> Mapping[str, Any]:
        """Of the agents, with their budgets and pauses."""
        if not reads_agents(policy.model):
            return {}
        figures = await gather_figures(self.store, self.catalogue, self.clock)
        budgets = await self.budgeting.standing_of_agents(run.tenant, self.catalogue, now=self.clock.now())
        paused = holds.paused_agents()
        return {
            name: figure
            | ({"budget": budgets[name]} if name in budgets else {})
            | ({"paused": True} if name in paused else {})
            for name, figure in figures.items()
        }

    async def _standing(self, policy: PolicyVersion, run: Run) -> Mapping[str, Any]:
        if not self.budgeting.budgets or not reads_tenant_budgets(policy.model):
            return {}
        return await self.budgeting.standing(run.tenant, now=self.clock.now())
