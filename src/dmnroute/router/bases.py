"""What a decision is taken with, looked up before the run is locked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dmnroute.errors import OperatorError, RouteError, TableError
from dmnroute.router.budgeting import Budgeting
from dmnroute.router.controls import unknown_run
from dmnroute.router.figures import gather_figures, reads_agents, reads_tenant_budgets
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.policies import PolicySource
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.run import ENDED, Run, RunState


@dataclass(frozen=True, slots=True)
class Basis:
    """What a decision is taken with: the active version of the run's policy, or why there is none."""

    policy: PolicyVersion | RouteError
    named: tuple[str, int | None]
    """The policy's name, and its version where a person named one."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """Of the agents, where the policy reads them."""
    standing: Mapping[str, Any] = field(default_factory=dict)
    """Of the tenant's budgets, where the policy reads it."""


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
        policy = await self._policy(*named)
        if isinstance(policy, RouteError) or state.status in ENDED:
            return Basis(policy, named)
        return Basis(policy, named, await self._figures(policy, state.run), await self._standing(policy, state.run))

    async def _policy(self, name: str, version: int | None) -> PolicyVersion | RouteError:
        """The version to decide with, or why there is none: then the run stops, and says it."""
        try:
            return await (self.policies.active(name) if version is None else self.policies.version(name, version))
        except RouteError as error:
            return error
        except (TableError, OperatorError) as error:
            if isinstance(error, OperatorError) and error.code != "unknown_version":
                raise
            return RouteError(error.message, code=error.code, place=error.place, hint=error.hint)

    async def _figures(self, policy: PolicyVersion, run: Run) -> Mapping[str, Any]:
        """Of the agents, with their budgets."""
        if not reads_agents(policy.model):
            return {}
        figures = await gather_figures(self.store, self.catalogue, self.clock)
        budgets = await self.budgeting.standing_of_agents(run.tenant, self.catalogue, now=self.clock.now())
        return {
            name: figure | ({"budget": budgets[name]} if name in budgets else {}) for name, figure in figures.items()
        }

    async def _standing(self, policy: PolicyVersion, run: Run) -> Mapping[str, Any]:
        if not self.budgeting.budgets or not reads_tenant_budgets(policy.model):
            return {}
        return await self.budgeting.standing(run.tenant, now=self.clock.now())
