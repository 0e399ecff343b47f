"""What a file for Camunda 8 holds that Zeebe refuses when it is deployed, though it can be evaluated here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn import model
from dmnroute.dmn.checks.finding import Finding
from dmnroute.dmn.places import Where
from dmnroute.dmn.walk import expressions
from dmnroute.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmnroute.dmn.checks.base import Subject


def zeebe_refuses(subject: Subject) -> Iterator[Finding]:
    """Warn about what can't be deployed to Camunda 8."""
    if not subject.camunda:
        return
    definitions = subject.model.definitions
    for message, hint in _of_file(definitions):
        yield Finding("zeebe_refuses", "warning", message, Place(definitions.file), hint)
    for element in definitions.elements:
        where = Where(definitions.file, element.name or element.id)
        for message in _of_element(element):
            yield Finding("zeebe_refuses", "warning", message, where.place())


def _of_file(definitions: model.Definitions) -> Iterator[tuple[str, str]]:
    if definitions.version == "1.6":
        yield "Zeebe refuses files of DMN 1.6", "Camunda Modeler writes DMN 1.3"
    if not definitions.id:
        yield "Zeebe refuses a file whose `definitions` have no id", 'give it one: `<definitions id="…">`'
    for imported in definitions.imports:
        yield f"Zeebe refuses the import of `{imported.name or imported.namespace}`", "Camunda 8 has no imports"


def _of_element(element: model.DRGElement) -> Iterator[str]:
    if isinstance(element, model.DecisionService):
        yield "Zeebe has no decision services"
    elif isinstance(element, model.Decision) and not element.id:
        yield "Zeebe refuses a decision without an id"
    for expression in expressions(element):
        yield from _of_expression(expression)


def _of_expression(expression: model.Expression) -> Iterator[str]:
    match expression:
        case model.Conditional() | model.Filter():
            yield f"Zeebe refuses a boxed {type(expression).__name__.lower()}; write it in FEEL"
        case model.Iterator(kind=kind):
            yield f"Zeebe refuses a boxed `{kind}`; write it in FEEL"
        case model.Invocation(bindings=bindings):
            if any(not isinstance(binding.expression, model.LiteralExpression) for binding in bindings):
                yield "Zeebe refuses an invocation with a binding that is no literal expression"
        case model.DecisionTable(aggregation=model.BuiltinAggregator.COUNT, outputs=outputs) if len(outputs) > 1:
            yield "Zeebe refuses an aggregation of several output columns"
