"""Forms: what an answer of people has to be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from dmnroute.errors import did_you_mean


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field of an answer."""

    field: str
    """Its path, as `claim.amount`; empty when the answer as a whole is wrong."""
    text: str

    def __str__(self) -> str:
        """``amount: input should be greater than 0``"""
        return f"{self.field}: {self.text}" if self.field else self.text


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer as a form reads it: its output, or what is wrong with it."""

    output: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FormSpec:
    """One form, as tables, engines and the command line see it."""

    name: str
    title: str
    schema: Mapping[str, Any]
    """JSON Schema of the answer."""
    fields: frozenset[str]
    """They become facts."""
    read: Callable[[Mapping[str, Any]], Reading]


def unknown_form(name: str, forms: Collection[str]) -> tuple[str, str]:
    """What is said, with a hint, of a form that isn't among those that are known."""
    known = ", ".join(f"`{form}`" for form in sorted(forms))
    hint = f"known forms: {known}" if known else f'declare it in `workers/`: `@form("{name}")` on a pydantic model'
    return f"unknown form `{name}`{did_you_mean(name, forms)}", hint
