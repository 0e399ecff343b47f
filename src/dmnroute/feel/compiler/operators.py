"""Operators. Where both sides turn out to be numbers, compiled code compares them itself."""

from __future__ import annotations

import ast as syntax
from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.feel import ast
from dmnroute.feel.compiler import python
from dmnroute.feel.compiler.values import literal_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmnroute.feel.compiler.core import Compiler, Scope
    from dmnroute.feel.compiler.python import Code

_ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "raise_to"}
_COMPARISON: dict[str, tuple[str, type[syntax.cmpop]]] = {
    "=": ("equal", syntax.Eq),
    "in": ("is_in", syntax.Eq),
    "!=": ("not_equal", syntax.NotEq),
    "<": ("less", syntax.Lt),
    "<=": ("less_or_equal", syntax.LtE),
    ">": ("greater", syntax.Gt),
    ">=": ("greater_or_equal", syntax.GtE),
}
_FAST_TYPES = {Decimal: "Decimal", str: "str"}
_MOST_INLINE = 16


def compile_negation(compiler: Compiler, node: ast.Negation, scope: Scope) -> Code:
    """`-a`"""
    value = literal_value(node)
    if value is not None:
        return compiler.constant(value)
    return compiler.helper("negate", node, compiler.code(node.operand, scope))


def compile_arithmetic(compiler: Compiler, node: ast.Arithmetic, scope: Scope) -> Code:
    """`add(a, b)`; long chains become `(v := add(a, b), v := add(v, c), …)[-1]`, which nests nothing."""
    first, operations = node.chain()
    result = compiler.code(first, scope)
    if len(operations) <= _MOST_INLINE:
        for operation in operations:
            result = _operated(compiler, operation, result, scope)
        return result
    variable = compiler.variable()
    steps = [python.assigned(variable, result)]
    for operation in operations:
        steps.append(python.assigned(variable, _operated(compiler, operation, python.name(variable), scope)))
    return python.item(python.tuple_of(steps), python.constant(-1))


def _operated(compiler: Compiler, node: ast.Arithmetic, left: Code, scope: Scope) -> Code:
    return compiler.helper(_ARITHMETIC[node.operator], node, left, compiler.code(node.right, scope))


def compile_comparison(compiler: Compiler, node: ast.Comparison, scope: Scope) -> Code:
    """`a < b`"""
    left = compiler.code(node.left, scope)
    return compared(compiler, node, node.operator, left, node.right, scope, literal_value(node.left))


def compared(
    compiler: Compiler,
    node: ast.Node,
    operator: str,
    left: Code,
    right_node: ast.Node,
    scope: Scope,
    left_literal: object = None,
) -> Code:
    """`v < w if type(v := left) is Decimal is type(w := right) else less(v, w)`; a literal isn't asked for its type"""
    helper, sign = _COMPARISON[operator]
    right = compiler.code(right_node, scope)
    literal = literal_value(right_node)
    one, other = compiler.variable(), compiler.variable()
    fast_type = _FAST_TYPES.get(type(literal)) or _FAST_TYPES.get(type(left_literal)) or "Decimal"
    tests = [
        python.has_type(python.assigned(variable, side), fast_type)
        for variable, side, value in ((one, left, left_literal), (other, right, literal))
        if type(value) not in _FAST_TYPES
    ]
    if not tests:
        return compiler.helper(helper, node, left, right)
    first = python.name(one) if type(left_literal) not in _FAST_TYPES else left
    second = python.name(other) if type(literal) not in _FAST_TYPES else right
    return python.choice(
        tests[0] if len(tests) == 1 else python.both(*tests),
        python.compared(first, sign(), second),
        compiler.helper(helper, node, first, second),
    )


def compile_between(compiler: Compiler, node: ast.Between, scope: Scope) -> Code:
    """`a between 1 and 5`"""
    return compiler.helper(
        "between",
        node,
        compiler.code(node.value, scope),
        compiler.code(node.low, scope),
        compiler.code(node.high, scope),
    )


def compile_instance_of(compiler: Compiler, node: ast.InstanceOf, scope: Scope) -> Code:
    """`a instance of number`"""
    return compiler.helper("is_instance", node, compiler.code(node.value, scope), compiler.constant(node.type))


def compile_conjunction(compiler: Compiler, node: ast.Conjunction, scope: Scope) -> Code:
    """`a and b`: false as soon as one is false"""
    return connected(compiler, node, "and", [compiler.code(operand, scope) for operand in node.operands])


def compile_disjunction(compiler: Compiler, node: ast.Disjunction, scope: Scope) -> Code:
    """`a or b`: true as soon as one is true"""
    return connected(compiler, node, "or", [compiler.code(operand, scope) for operand in node.operands])


def connected(compiler: Compiler, node: ast.Node, word: str, operands: Sequence[Code]) -> Code:
    """`False if (v := a) is False else False if (w := b) is False else True if v is w is True else undecided(…)`

    Long chains become a tree of short ones, as Python's own compiler refuses what is nested too deeply.
    """
    if len(operands) == 1:
        return operands[0]
    if len(operands) > _MOST_INLINE:
        size = -(-len(operands) // _MOST_INLINE)
        parts = [operands[start : start + size] for start in range(0, len(operands), size)]
        return connected(compiler, node, word, [connected(compiler, node, word, part) for part in parts])
    decisive = word == "or"
    variables = [compiler.variable() for _ in operands]
    code = python.choice(
        python.all_of(*(_is(python.name(variable), not decisive) for variable in variables)),
        python.constant(not decisive),
        compiler.helper("undecided", node, python.constant(word), python.tuple_of(list(map(python.name, variables)))),
    )
    for variable, operand in reversed(list(zip(variables, operands, strict=True))):
        test = _is(python.assigned(variable, operand), decisive)
        code = python.choice(test, python.constant(decisive), code)
    return code


def _is(value: Code, boolean: bool) -> Code:
    return python.same(value, python.constant(boolean))
