"""Go through the boxed expressions of an element."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmnroute.dmn import model
from dmnroute.dmn.places import Where, input_column, input_place, output_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmnroute.errors import Place


def tables(element: model.DRGElement) -> Iterator[model.DecisionTable]:
    """All decision tables of an element, also those inside of contexts and functions."""
    return (inner for inner in expressions(element) if isinstance(inner, model.DecisionTable))


def expressions(element: model.DRGElement) -> Iterator[model.Expression]:
    """All boxed expressions of an element, the outer ones first."""
    match element:
        case model.Decision() if element.expression is not None:
            yield from _inside(element.expression)
        case model.BusinessKnowledgeModel() if element.encapsulated_logic is not None:
            yield from _inside(element.encapsulated_logic)


class Text(NamedTuple):
    """A text in FEEL, where it stands, and whether it holds tests."""

    text: str
    place: Place
    is_test: bool


def texts(definitions: model.Definitions) -> Iterator[Text]:
    """Every text in FEEL of a file, but for allowed values."""
    for element in definitions.elements:
        where = Where(definitions.file, element.name or element.id)
        for expression in expressions(element):
            if isinstance(expression, model.LiteralExpression):
                yield Text(expression.text, where.place(text=expression.text), False)
            elif isinstance(expression, model.DecisionTable):
                yield from _cells(expression, where)


def _cells(table: model.DecisionTable, where: Where) -> Iterator[Text]:
    for number, clause in enumerate(table.inputs, start=1):
        text = clause.input_expression.text
        yield Text(text, where.place(column=input_column(number), text=text), False)
    for index, rule in enumerate(table.rules):
        for column, entry in enumerate(rule.input_entries):
            yield Text(entry.text, input_place(table, where, index, column), True)
        for column, output in enumerate(rule.output_entries):
            yield Text(output.text, output_place(table, where, index, column), False)


def _inside(expression: model.Expression) -> Iterator[model.Expression]:
    yield expression
    for child in _children(expression):
        if child is not None:
            yield from _inside(child)


def _children(expression: model.Expression) -> tuple[model.Expression | None, ...]:
    match expression:
        case model.Context():
            return tuple(entry.expression for entry in expression.entries)
        case model.List():
            return expression.elements
        case model.Relation():
            return expression.rows
        case model.FunctionDefinition():
            return (expression.body,)
        case model.Invocation():
            return (expression.called_function, *(binding.expression for binding in expression.bindings))
        case model.Conditional():
            return (expression.condition, expression.then, expression.otherwise)
        case model.Filter():
            return (expression.collection, expression.match)
        case model.Iterator():
            return (expression.collection, expression.body)
    return ()
