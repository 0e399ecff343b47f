"""Agents do the work; decision tables that analysts own decide where a run goes next.

This is the door for developers of agents. The decision engine stands alone in `dmnroute.dmn` and `dmnroute.feel`.
Names are loaded on first use, so that `import dmnroute` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dmnroute.agents.declaration import Agent, agent
    from dmnroute.agents.facts import Merge, facts
    from dmnroute.agents.failure import AgentFailure, BudgetRefused
    from dmnroute.agents.forms import form
    from dmnroute.agents.step import Step
    from dmnroute.errors import (
        AgentError,
        DmnrouteError,
        FeelError,
        OperatorError,
        RouteError,
        TableError,
        UsageError,
    )

__version__ = "0.1.0"

_HOMES = {
    "Agent": "dmnroute.agents.declaration",
    "AgentError": "dmnroute.errors",
    "AgentFailure": "dmnroute.agents.failure",
    "BudgetRefused": "dmnroute.agents.failure",
    "DmnrouteError": "dmnroute.errors",
    "FeelError": "dmnroute.errors",
    "Merge": "dmnroute.agents.facts",
    "OperatorError": "dmnroute.errors",
    "RouteError": "dmnroute.errors",
    "Step": "dmnroute.agents.step",
    "TableError": "dmnroute.errors",
    "UsageError": "dmnroute.errors",
    "agent": "dmnroute.agents.declaration",
    "facts": "dmnroute.agents.facts",
    "form": "dmnroute.agents.forms",
}

__all__ = [
    "Agent",
    "AgentError",
    "AgentFailure",
    "BudgetRefused",
    "DmnrouteError",
    "FeelError",
    "Merge",
    "OperatorError",
    "RouteError",
    "Step",
    "TableError",
    "UsageError",
    "agent",
    "facts",
    "form",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module `dmnroute` has no attribute `{name}`")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
