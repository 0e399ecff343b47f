"""An agent that the project doesn't have."""

from __future__ import annotations

from collections.abc import Iterator

from dmnroute.dmn.checks import Finding
from dmnroute.errors import did_you_mean
from dmnroute.routing.checks.subject import PolicySubject
from dmnroute.routing.plan import CHILD_RUN, PROCESS


def unknown_agent(subject: PolicySubject) -> Iterator[Finding]:
    """Report agents that a cell of `Route` names and nobody declares. Without any agents nothing can be said."""
    agents = subject.catalogue.agents
    for name, place in subject.texts("agent") if agents else ():
        if name not in agents and not name.startswith((CHILD_RUN, PROCESS)):
            known = ", ".join(f"`{agent}`" for agent in sorted(agents))
            message = f"unknown agent `{name}`{did_you_mean(name, agents)}"
            yield Finding("unknown_agent", "error", message, place, f"known agents: {known}")
