"""Literals, lists, contexts, ranges, functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.feel import ast
from dmnroute.feel.compiler import python
from dmnroute.feel.values.iso import temporal_of_text
from dmnroute.feel.values.number import CONTEXT
from dmnroute.feel.values.range import Range

if TYPE_CHECKING:
    from dmnroute.feel.compiler.core import Compiler, Scope
    from dmnroute.feel.compiler.python import Code


def is_literal(node: ast.Node) -> bool:
    """Tell whether the node's value is seen from its text alone."""
    if isinstance(node, ast.Negation):
        return isinstance(node.operand, ast.Number)
    if isinstance(node, ast.RangeLiteral):
        return is_literal(node.start) and is_literal(node.end)
    return isinstance(node, (ast.Null, ast.Boolean, ast.Number, ast.String))


def literal_value(node: ast.Node) -> object:
    """The value of such a node; null for others."""
    match node:
        case ast.Boolean(value=value) | ast.String(value=value) | ast.Number(value=value):
            return value
        case ast.Negation(operand=ast.Number(value=value)):
            return CONTEXT.minus(value)
    return None


def compile_literal(compiler: Compiler, node: ast.Node, scope: Scope) -> Code:
    """`null`, `true`, `1`, `"text"`"""
    return compiler.constant(literal_value(node))


def compile_at_literal(compiler: Compiler, node: ast.AtLiteral, scope: Scope) -> Code:
    """`@"2024-02-29"`"""
    value = temporal_of_text(node.text, camunda=compiler.dialect.name == "camunda")
    if value is None:
        return compiler.helper("no_temporal", node, compiler.constant(node.text))
    return compiler.constant(value)


def compile_list(compiler: Compiler, node: ast.ListLiteral, scope: Scope) -> Code:
    """`[1, 2]`"""
    return python.list_of([compiler.code(item, scope) for item in node.items])


def compile_context(compiler: Compiler, node: ast.ContextLiteral, scope: Scope) -> Code:
    """`{a: 1, b: a + 1}`: each entry becomes a variable, which the later ones see.

    A function sees its own entry too, so it can call itself.
    """
    repeated = _repeated_key(node) if compiler.dialect.distinct_keys else None
    if repeated is not None:
        return compiler.helper("repeated_key", node, python.constant(repeated))
    keys: list[str] = []
    values: list[Code] = []
    bindings: dict[str, str] = {}
    inner = scope.inside(bindings)
    for entry in node.entries:
        variable = compiler.variable()
        if compiler.dialect.recursion and isinstance(entry.value, ast.FunctionDefinition):
            bindings[entry.key] = variable
        value = compiler.code(entry.value, inner)
        keys.append(entry.key)
        values.append(python.assigned(variable, value))
        bindings[entry.key] = variable
    return python.dict_of(keys, values)


def _repeated_key(node: ast.ContextLiteral) -> str | None:
    seen: set[str] = set()
    for entry in node.entries:
        if entry.key in seen:
            return entry.key
        seen.add(entry.key)
    return None


def compile_range(compiler: Compiler, node: ast.RangeLiteral, scope: Scope) -> Code:
    """`[1..5]`; of literals it is made once."""
    low, high = literal_value(node.start), literal_value(node.end)
    if low is not None and type(low) is type(high) and not isinstance(low, bool):
        return compiler.constant(Range(low, high, node.start_included, node.end_included))
    return compiler.helper(
        "make_range",
        node,
        compiler.code(node.start, scope),
        compiler.code(node.end, scope),
        python.constant(node.start_included),
        python.constant(node.end_included),
    )


def compile_comparison_range(compiler: Compiler, node: ast.ComparisonRange, scope: Scope) -> Code:
    """`(< 5)`"""
    bound = compiler.code(node.bound, scope)
    return compiler.helper("comparison_range", node, python.constant(node.operator), bound)


def compile_range_without_input(compiler: Compiler, node: ast.Node, scope: Scope) -> Code:
    """A range where Camunda reads a test instead."""
    return compiler.helper("range_without_input", node)


def compile_function(compiler: Compiler, node: ast.FunctionDefinition, scope: Scope) -> Code:
    """`function(a) a + 1`: takes the evaluation that calls it, which may be another than the one that made it"""
    variables = {parameter.name: compiler.variable() for parameter in node.parameters}
    body = compiler.code(node.body, scope.inside(variables))
    return python.call(
        "function_value",
        python.tuple_of([python.constant(parameter.name) for parameter in node.parameters]),
        compiler.constant(tuple(parameter.type for parameter in node.parameters)),
        python.function(["evaluation", *(variables[parameter.name] for parameter in node.parameters)], body),
        compiler.site(node),
    )
