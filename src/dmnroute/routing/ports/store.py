"""Everything that is kept, in one place."""

from __future__ import annotations

from typing import Protocol

from dmnroute.routing.ports.agents import AgentStore
from dmnroute.routing.ports.asked import AskedStore
from dmnroute.routing.ports.breakers import BreakerStore
from dmnroute.routing.ports.budgets import BudgetStore
from dmnroute.routing.ports.events import EventStore
from dmnroute.routing.ports.pauses import PauseStore
from dmnroute.routing.ports.policies import PolicyStore
from dmnroute.routing.ports.recorded import RecordedStore
from dmnroute.routing.ports.runs import RunStore
from dmnroute.routing.ports.shadows import ShadowStore
from dmnroute.routing.ports.steps import StepStore
from dmnroute.routing.ports.trials import TrialStore


class Store(
    RunStore,
    StepStore,
    AskedStore,
    BudgetStore,
    BreakerStore,
    PauseStore,
    AgentStore,
    PolicyStore,
    ShadowStore,
    TrialStore,
    EventStore,
    RecordedStore,
    Protocol,
):
    """Where runs live. Each method is atomic and can be repeated without changing anything twice."""

    async def close(self) -> None:
        """Give back connections and files."""
        ...
