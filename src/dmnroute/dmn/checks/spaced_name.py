"""A name with spaces or symbols in a file for Camunda 8, which can read it in backticks only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dmnroute.dmn import model
from dmnroute.dmn.checks.finding import Finding
from dmnroute.dmn.places import Where
from dmnroute.dmn.walk import expressions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmnroute.dmn.checks.base import Subject


def spaced_name(subject: Subject) -> Iterator[Finding]:
    """Warn about variables, parameters, keys and output columns whose names Camunda's FEEL can't read."""
    if not subject.camunda:
        return
    definitions = subject.model.definitions
    for element in definitions.elements:
        where = Where(definitions.file, element.name or element.id)
        for what, name in _names(element):
            if name and not re.fullmatch(r"[^\W\d]\w*", name):
                yield Finding(
                    "spaced_name",
                    "warning",
                    f"{what} `{name}` isn't a plain name",
                    where.place(),
                    f"Camunda reads it as `` `{name}` `` in backticks only; `{_plain(name)}` needs none",
                )


def _names(element: model.DRGElement) -> Iterator[tuple[str, str]]:
    """The names that expressions elsewhere may use. Input data is a drawing only; Camunda never reads its name."""
    if not isinstance(element, model.InputData):
        yield "the variable", element.variable.name
    for expression in expressions(element):
        match expression:
            case model.DecisionTable() if len(expression.outputs) > 1:
                yield from (("the output", clause.name) for clause in expression.outputs)
            case model.Context():
                yield from (("the entry", entry.variable.name) for entry in expression.entries if entry.variable)
            case model.FunctionDefinition():
                yield from (("the parameter", item.name) for item in expression.formal_parameters)


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_")
