"""Every path that the routing context has, for the check of names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from dmnroute.routing.checks.subject import PolicySubject
from dmnroute.routing.context import AgentFigures, RoutingContext
from dmnroute.routing.records.step import CHILD_RUN, PEOPLE, PROCESS, Outcome


def known_names(subject: PolicySubject) -> frozenset[str]:
    """Dotted paths; a path that ends may be followed by anything."""
    catalogue = subject.catalogue
    names = set(_paths(RoutingContext, leave=("facts", "steps", "agents")))
    names.update(f"facts.{fact}" for fact in catalogue.known_facts() or ("*",))
    for agent in {*catalogue.agents, PEOPLE, *_children(subject)}:
        names.update(_outcome_paths(f"steps.{agent}", subject, agent))
    for agent in catalogue.agents or ("*",):
        names.update(f"agents.{agent}.{path}" for path in _paths(AgentFigures))
    return frozenset(names)


def _outcome_paths(prefix: str, subject: PolicySubject, agent: str) -> Iterator[str]:
    """An outcome's fields; below `output` the fields of the agent, where it is known."""
    spec = subject.catalogue.agents.get(agent)
    for path in _paths(Outcome):
        if path == "output" and spec is not None and spec.outputs:
            yield from (f"{prefix}.output.{name}" for name in spec.outputs)
        else:
            yield f"{prefix}.{path}"


def _children(subject: PolicySubject) -> Iterator[str]:
    """The names of child runs and processes in `steps`: their `as`, or their own."""
    for name, _ in subject.texts("as"):
        yield name
    for name, _ in subject.texts("agent"):
        if name.startswith((CHILD_RUN, PROCESS)):
            yield name.removeprefix(CHILD_RUN).removeprefix(PROCESS)


def _paths(model: type[BaseModel], *, leave: tuple[str, ...] = ()) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if name in leave:
            continue
        below = _model_in(field.annotation)
        if below is None:
            yield name
        else:
            yield from (f"{name}.{path}" for path in _paths(below))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model behind `Model`, `Model | None` or `list[Model]`: a path on a list maps over its items."""
    candidates = [annotation, *get_args(annotation)]
    return next((kind for kind in candidates if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
