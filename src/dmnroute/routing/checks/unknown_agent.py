"""An agent, a guard or a reminder's agent that the project doesn't have; a guard that can't guard."""

from __future__ import annotations

from collections.abc import Iterator

from dmnroute.dmn.checks import Finding
from dmnroute.errors import Place, did_you_mean
from dmnroute.routing.checks.subject import PolicySubject
from dmnroute.routing.records.step import CHILD_RUN, PROCESS
from dmnroute.routing.verdicts import WORDS


def unknown_agent(subject: PolicySubject) -> Iterator[Finding]:
    """Report agents that a cell of `Route` names and nobody declares. Without any agents nothing can be said."""
    agents = subject.catalogue.agents
    if not agents:
        return
    for name, place in subject.texts("agent"):
        if name not in agents and not name.startswith((CHILD_RUN, PROCESS)):
            yield _unknown("agent", name, subject, place)
    for name, place in subject.texts("notify"):
        if name not in agents:
            yield _unknown("agent", name, subject, place)
    for column in ("before", "after"):
        for name, place in subject.texts(column):
            yield from _guard(name, subject, place)


def _guard(name: str, subject: PolicySubject, place: Place) -> Iterator[Finding]:
    spec = subject.catalogue.agents.get(name)
    if spec is None:
        yield _unknown("guard", name, subject, place)
    elif spec.outputs and "verdict" not in spec.outputs:
        message = f"agent `{name}` can't guard: its output has no `verdict`"
        yield Finding("no_guard", "error", message, place, f"a guard's `verdict` is one of {', '.join(WORDS)}")


def _unknown(what: str, name: str, subject: PolicySubject, place: Place) -> Finding:
    agents = subject.catalogue.agents
    known = ", ".join(f"`{agent}`" for agent in sorted(agents))
    message = f"unknown {what} `{name}`{did_you_mean(name, agents)}"
    return Finding("unknown_agent", "error", message, place, f"known agents: {known}")
