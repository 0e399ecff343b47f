"""Nodes of Python's own syntax tree, in short words. Everything a FEEL expression becomes is one Python expression."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType

Code = ast.expr


def name(identifier: str) -> Code:
    """`identifier`"""
    return ast.Name(identifier, ast.Load(), lineno=1, col_offset=0)


def constant(value: str | int | bool | None) -> Code:
    """`value`"""
    return ast.Constant(value, lineno=1, col_offset=0)


def call(function: str | Code, *arguments: Code) -> Code:
    """`function(a, b)`"""
    callee = name(function) if isinstance(function, str) else function
    return ast.Call(callee, list(arguments), [], lineno=1, col_offset=0)


def method(owner: Code, attribute: str) -> Code:
    """`owner.attribute`"""
    return ast.Attribute(owner, attribute, ast.Load(), lineno=1, col_offset=0)


def assigned(identifier: str, value: Code) -> Code:
    """`(identifier := value)`"""
    target = ast.Name(identifier, ast.Store(), lineno=1, col_offset=0)
    return ast.NamedExpr(target, value, lineno=1, col_offset=0)


def choice(test: Code, then: Code, otherwise: Code) -> Code:
    """`then if test else otherwise`"""
    return ast.IfExp(test, then, otherwise, lineno=1, col_offset=0)


def compared(left: Code, operator: ast.cmpop, right: Code) -> Code:
    """`left < right`"""
    return ast.Compare(left, [operator], [right], lineno=1, col_offset=0)


def same(left: Code, right: Code) -> Code:
    """`left is right`"""
    return compared(left, ast.Is(), right)


def has_type(value: Code, type_name: str) -> Code:
    """`type(value) is type_name`"""
    return same(call("type", value), name(type_name))


def both(left: Code, right: Code) -> Code:
    """`left & right`: unlike `and`, evaluates both."""
    return ast.BinOp(left, ast.BitAnd(), right, lineno=1, col_offset=0)


def all_of(*tests: Code) -> Code:
    """`a and b`"""
    return ast.BoolOp(ast.And(), list(tests), lineno=1, col_offset=0)


def item(owner: Code, key: Code) -> Code:
    """`owner[key]`"""
    return ast.Subscript(owner, key, ast.Load(), lineno=1, col_offset=0)


def list_of(items: Sequence[Code]) -> Code:
    """`[a, b]`"""
    return ast.List(list(items), ast.Load(), lineno=1, col_offset=0)


def tuple_of(items: Sequence[Code]) -> Code:
    """`(a, b)`"""
    return ast.Tuple(list(items), ast.Load(), lineno=1, col_offset=0)


def dict_of(keys: Sequence[str], values: Sequence[Code]) -> Code:
    """`{"a": b}`"""
    return ast.Dict([constant(key) for key in keys], list(values), lineno=1, col_offset=0)


def function(parameters: Sequence[str], body: Code) -> Code:
    """`lambda a, b: body`"""
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(parameter, lineno=1, col_offset=0) for parameter in parameters],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    return ast.Lambda(arguments, body, lineno=1, col_offset=0)


def compiled(body: Code) -> CodeType:
    """The code object of an expression."""
    return compile(ast.Expression(body), "<feel>", "eval")
