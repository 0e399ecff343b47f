"""What the pure core knows of the agents: names, fields and estimates, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dmnroute.routing.forms import FormSpec
from dmnroute.routing.merge import MergeRule
from dmnroute.routing.targets import Target


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """One agent, as tables and plans see it."""

    name: str
    fields: frozenset[str]
    """Fields of its typed input."""
    required: frozenset[str]
    outputs: frozenset[str] = frozenset()
    """Fields of its typed output; they become facts."""
    output_kinds: Mapping[str, str] = field(default_factory=dict)
    """Of those fields whose kind is known: number, text, boolean, list or context."""
    cost: Decimal | None = None
    """Estimated USD per call; null when nobody says."""
    timeout: Decimal = Decimal(60)
    """Seconds, when the table sets none."""
    version: str = "1"
    errors: frozenset[str] = frozenset()
    """The kinds of its own failures."""
    side_effects: bool = False
    """Whether it changes something outside: its results are never reused."""
    description: str = ""
    target: Target | None = None
    """What stands behind it, where it says so."""
    compensate: str | None = None
    """The agent that undoes what this one has done."""
    problem: Callable[[Mapping[str, Any]], str | None] | None = None
    """Says what is wrong with an input, where the schema is at hand."""
    output_problem: Callable[[Any], str | None] | None = None
    """Says what is wrong with an output that somebody gives in the agent's place."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All agents of a project, the facts that an application has typed, and its forms."""

    agents: Mapping[str, AgentSpec] = field(default_factory=dict)
    facts: frozenset[str] = frozenset()
    merge: Mapping[str, MergeRule] = field(default_factory=dict)
    forms: Mapping[str, FormSpec] | None = None
    """What people may be asked with; null when that isn't known, as in a run that was recorded."""

    def form(self, name: str | None) -> FormSpec | None:
        """The form of that name; null when it isn't known."""
        return (self.forms or {}).get(name or "")

    def known_facts(self) -> frozenset[str]:
        """Every name that `facts.` may be followed by: what agents give, and what the application typed."""
        answered = (form.fields for form in (self.forms or {}).values())
        return self.facts.union(*(spec.outputs for spec in self.agents.values()), *answered)

    def reporters(self, fact: str) -> list[str]:
        """The agents whose output has this field."""
        return sorted(spec.name for spec in self.agents.values() if fact in spec.outputs)
