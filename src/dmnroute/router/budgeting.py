"""Budgets of a hop: what its steps are expected to use is held back in the store before anybody is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import localcontext
from typing import Any

from dmnroute.router.figures import LATEST, estimate_of
from dmnroute.router.settling import Settled
from dmnroute.routing.budgets import Account, AccountState, Budget, Wanted, account_of_run, accounts_of
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.decide import DECIMAL128
from dmnroute.routing.outcomes import unsent
from dmnroute.routing.ports.runs import LockedRun
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.run import Run
from dmnroute.routing.records.step import PEOPLE, Estimate, Outcome, PlannedStep
from dmnroute.routing.spending import needs
from dmnroute.routing.standing import standing_of


@dataclass(frozen=True, slots=True)
class Budgeting:
    """The declared budgets, and the store that counts them."""

    store: Store
    budgets: Sequence[Budget] = field(default_factory=list)

    async def reserve(self, locked: LockedRun, settled: Settled, *, ended: Sequence[Outcome]) -> Settled:
        """Hold back what the steps need that nobody has settled; those that don't fit are settled, too.

        `ended` are the outcomes that are written with the decision: what their steps had reserved is free again.
        """
        decision, done = settled.decision, settled.decision.settled
        steps = {step.id: step for step in decision.plan.steps if step.id not in done and step.type != PEOPLE}
        run = locked.state.run
        wanted = [each for step in steps.values() if (each := self._wanted(step, run, now=decision.at))]
        if not wanted:
            return settled
        refusals = await locked.reserve(wanted, at=decision.at, outcomes=ended)
        refused = [unsent(steps[refusal.step], "budget", refusal.message) for refusal in refusals]
        away = {outcome.step for outcome in refused}
        # A step that isn't sent probes no breaker.
        taken = [each for each in settled.breakers.probes if each.probe.step not in away]
        update = {
            "settled": (*done, *(outcome.step for outcome in refused)),
            "probes": tuple(step for step in decision.probes if step not in away),
        }
        return replace(
            settled,
            decision=decision.model_copy(update=update),
            outcomes=(*settled.outcomes, *refused),
            breakers=replace(settled.breakers, probes=taken),
        )

    def _wanted(self, step: PlannedStep, run: Run, *, now: datetime) -> Wanted | None:
        """What a step needs; null when nothing limits it."""
        own = account_of_run(run)
        accounts = (*([own] if own else ()), *self._shared(step, now=now))
        if not accounts and step.max_cost is None:
            return None
        amounts = needs(step).model_copy(update={"hops": 1, "time": step.timeout})
        return Wanted(step=step.id, accounts=accounts, amounts=amounts)

    def _shared(self, step: PlannedStep, *, now: datetime) -> tuple[Account, ...]:
        """The steps of a child run count by themselves."""
        if step.child_policy is not None:
            return ()
        agent = step.type.removeprefix("agent.") if step.type.startswith("agent.") else None
        return accounts_of(self.budgets, step.tenant, agent, now=now)

    async def estimates(self, decision: DecisionRecord, run: Run) -> dict[str, Estimate]:
        """What calls of the planned agents have used on average, where something counts it and nobody declares it."""
        counts_cost = run.limits.cost is not None or any(budget.cost is not None for budget in self.budgets)
        counts_tokens = run.limits.tokens is not None or any(budget.tokens is not None for budget in self.budgets)
        held = decision.held.steps if decision.held else ()
        names = {
            step.type.removeprefix("agent.")
            for step in (*decision.plan.steps, *held)
            if step.type.startswith("agent.") and (counts_tokens or (counts_cost and step.reserve is None))
        }
        if not names:
            return {}
        activity = await self.store.activity(sorted(names), latest=LATEST, now=decision.at)
        means = {agent: estimate_of(each) for agent, each in activity.items()}
        if not counts_tokens:
            means = {agent: mean.model_copy(update={"tokens": None}) for agent, mean in means.items()}
        return {agent: mean for agent, mean in means.items() if mean != Estimate()}

    async def standing(self, tenant: str, *, now: datetime) -> dict[str, Any]:
        """How the budgets of a tenant stand, for its tables."""
        accounts = accounts_of(self.budgets, tenant, None, now=now)
        states = await self._states(accounts)
        return _together(accounts, states)

    async def standing_of_agents(
        self, tenant: str, catalogue: Catalogue, *, now: datetime
    ) -> Mapping[str, dict[str, Any]]:
        """How the budgets of each agent stand, as far as it has any."""
        accounts = {
            agent: [each for each in accounts_of(self.budgets, tenant, agent, now=now) if each.agent is not None]
            for agent in catalogue.agents
        }
        states = await self._states([account for each in accounts.values() for account in each])
        return {agent: _together(own, states) for agent, own in accounts.items() if own}

    async def _states(self, accounts: Collection[Account]) -> Mapping[str, AccountState]:
        if not accounts:
            return {}
        found = await self.store.accounts(keys=sorted({account.key for account in accounts}))
        return {state.account.key: state for state in found}


def _together(accounts: Sequence[Account], found: Mapping[str, AccountState]) -> dict[str, Any]:
    """With the limits of today's settings, whatever they were when somebody counted last."""
    states = [
        found[account.key].model_copy(update={"account": account})
        if account.key in found
        else AccountState(account=account)
        for account in accounts
    ]
    with localcontext(DECIMAL128):
        return standing_of(states) if states else {}
