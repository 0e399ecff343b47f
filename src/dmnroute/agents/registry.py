"""All agents and forms of a project, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ValidationError

from dmnroute.agents.declaration import Agent
from dmnroute.agents.facts import is_facts, merge_rules
from dmnroute.agents.forms import form_name, spec_of_form
from dmnroute.agents.kinds import kinds_of
from dmnroute.errors import AgentError
from dmnroute.routing.catalogue import AgentSpec, Catalogue


@dataclass(frozen=True)
class Registry:
    """Agents, typed facts and forms of a project; immutable once loaded."""

    agents: Mapping[str, Agent[..., Any]] = field(default_factory=dict)
    facts: tuple[type[BaseModel], ...] = ()
    forms: Mapping[str, type[BaseModel]] = field(default_factory=dict)

    @classmethod
    def of(cls, modules: Iterable[ModuleType]) -> Registry:
        """Everything that the modules declare.

        Raises:
            AgentError: `duplicate_agent` or `duplicate_form`, when two different ones bear one name.
        """
        found: dict[str, Agent[..., Any]] = {}
        facts: list[type[BaseModel]] = []
        forms: dict[str, type[BaseModel]] = {}
        for value in (value for module in modules for value in vars(module).values()):
            if isinstance(value, Agent):
                _add(found, value)
            elif is_facts(value) and value not in facts:
                facts.append(value)
            if (name := form_name(value)) is not None:
                _add_form(forms, name, value)
        return cls(found, tuple(facts), forms)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What routing knows of the agents, as plain data."""
        return Catalogue(
            agents={name: spec_of(agent) for name, agent in self.agents.items()},
            facts=frozenset(name for model in self.facts for name in model.model_fields),
            merge={name: rule for model in self.facts for name, rule in merge_rules(model).items()},
            forms={name: spec_of_form(name, model) for name, model in self.forms.items()},
        )

    def with_others(self, others: Registry) -> Registry:
        """Both registries in one.

        Raises:
            AgentError: `duplicate_agent` or `duplicate_form`.
        """
        found, forms = dict(self.agents), dict(self.forms)
        for agent in others.agents.values():
            _add(found, agent)
        for name, model in others.forms.items():
            _add_form(forms, name, model)
        return Registry(found, (*self.facts, *(model for model in others.facts if model not in self.facts)), forms)

    def schemas(self) -> dict[str, dict[str, Any]]:
        """The JSON Schemas of input and output, by agent."""
        return {
            name: {"input": agent.input_type.model_json_schema(), "output": agent.output_type.model_json_schema()}
            for name, agent in self.agents.items()
        }


def _add(found: dict[str, Agent[..., Any]], agent: Agent[..., Any]) -> None:
    other = found.setdefault(agent.name, agent)
    if other.function is not agent.function:
        places = " and ".join(f"`{a.function.__module__}.{a.function.__qualname__}`" for a in (other, agent))
        raise AgentError(f"two agents are named `{agent.name}`: {places}", code="duplicate_agent")


def _add_form(forms: dict[str, type[BaseModel]], name: str, model: type[BaseModel]) -> None:
    other = forms.setdefault(name, model)
    if other is not model:
        places = " and ".join(f"`{each.__module__}.{each.__qualname__}`" for each in (other, model))
        raise AgentError(f"two forms are named `{name}`: {places}", code="duplicate_form")


def spec_of(agent: Agent[..., Any]) -> AgentSpec:
    """One agent as tables and plans see it."""
    fields = agent.input_type.model_fields

    return AgentSpec(
        name=agent.name,
        fields=frozenset(fields),
        required=frozenset(name for name, info in fields.items() if info.is_required()),
        outputs=frozenset(agent.output_type.model_fields),
        output_kinds=kinds_of(agent.output_type),
        cost=agent.cost,
        timeout=agent.timeout,
        version=agent.version,
        errors=frozenset(agent.errors),
        side_effects=agent.side_effects,
        description=agent.description,
        target=agent.target,
        compensate=agent.compensate,
        problem=partial(_problem, agent.input_type),
        output_problem=partial(_problem, agent.output_type),
    )


def _problem(model: type[BaseModel], value: Any) -> str | None:
    """What is wrong with a value; null when it fits."""
    try:
        model.model_validate(value)
    except ValidationError as error:
        return describe(error)
    except Exception as error:  # validators are code of the agent
        return f"its validation failed: {type(error).__name__}: {error}"
    return None


def describe(error: ValidationError) -> str:
    """A pydantic error in one line: ``dpi: input should be a valid integer; path: field required``."""
    parts = []
    for problem in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in problem["loc"])
        text = problem["msg"][:1].lower() + problem["msg"][1:]
        parts.append(f"{place}: {text}" if place else text)
    return "; ".join(parts)
