"""Unary tests, and the tests after `in`, which are the same thing on another value."""

from __future__ import annotations

import ast as syntax
from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.feel import ast
from dmnroute.feel.compiler import python
from dmnroute.feel.compiler.operators import compared, connected
from dmnroute.feel.compiler.values import compile_comparison_range, compile_range, is_literal, literal_value
from dmnroute.feel.references import mentions

if TYPE_CHECKING:
    from dmnroute.feel.compiler.core import Compiler, Scope
    from dmnroute.feel.compiler.python import Code


def compile_any_input(compiler: Compiler, node: ast.AnyInput, scope: Scope) -> Code:
    """`-`"""
    return python.constant(True)


def compile_tests(compiler: Compiler, node: ast.Tests, scope: Scope) -> Code:
    """`< 5, 7`, `not("a", "b")`"""
    outcomes = [_input_test(compiler, test, scope) for test in node.tests]
    outcome = connected(compiler, node, "or", outcomes)
    return python.call("negated", outcome) if node.negated else outcome


def _input_test(compiler: Compiler, node: ast.Node, scope: Scope, value: Code | None = None) -> Code:
    """A test of the input; one that speaks of `?` itself is a condition."""
    if not isinstance(node, ast.ComparisonTest) and mentions(node, ("?",)):
        return compiler.helper("is_true", node, compiler.code(node, scope))
    names_a_value = isinstance(node, (ast.Name, ast.Path)) and compiler.dialect.booleans_by_name
    value = value if value is not None else python.name("value")
    return _test(compiler, node, value, scope, "is_met" if names_a_value else "is_met_by_expression")


def compile_in(compiler: Compiler, node: ast.In, scope: Scope) -> Code:
    """`a in (< 5, 7)`: a function of the value, which each test looks at"""
    variable = compiler.variable()
    value = python.assigned(variable, compiler.code(node.value, scope))
    if compiler.dialect.loose_grammar:
        tests = [_test(compiler, test, python.name(variable), scope, "is_in", "in") for test in node.tests]
    else:
        inner = scope.inside(dict.fromkeys(compiler.dialect.input_names, variable))
        tests = [_input_test(compiler, test, inner, python.name(variable)) for test in node.tests]
    return python.item(python.tuple_of([value, connected(compiler, node, "or", tests)]), python.constant(1))


def _test(compiler: Compiler, node: ast.Node, value: Code, scope: Scope, by_value: str, equality: str = "=") -> Code:
    if isinstance(node, ast.ComparisonTest):
        return compared(compiler, node, node.operator, value, node.bound, scope)
    if isinstance(node, ast.RangeLiteral):
        return _in_range(compiler, node, value, scope)
    if isinstance(node, ast.ComparisonRange) and not compiler.dialect.range_values:
        return compiler.helper("within", node, value, compile_comparison_range(compiler, node, scope))
    if is_literal(node) and literal_value(node) is not None:
        return compared(compiler, node, equality, value, node, scope)
    if isinstance(node, ast.Null):
        return python.same(value, python.constant(None))
    return compiler.helper(by_value, node, value, compiler.code(node, scope))


def _in_range(compiler: Compiler, node: ast.RangeLiteral, value: Code, scope: Scope) -> Code:
    """`low <= v < high if type(v) is Decimal else within(v, range)`, where both ends are numbers in the text"""
    low, high = literal_value(node.start), literal_value(node.end)
    general = compiler.helper("within", node, value, compile_range(compiler, node, scope))
    if type(low) is not Decimal or type(high) is not Decimal:
        return general
    above = python.compared(compiler.constant(low), syntax.LtE() if node.start_included else syntax.Lt(), value)
    below = python.compared(value, syntax.LtE() if node.end_included else syntax.Lt(), compiler.constant(high))
    return python.choice(python.has_type(value, "Decimal"), python.all_of(above, below), general)
