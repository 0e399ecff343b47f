"""Go through the boxed expressions of an element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn import model

if TYPE_CHECKING:
    from collections.abc import Iterator


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
