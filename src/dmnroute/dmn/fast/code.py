"""Write Python by example: a few lines of ours with places where other syntax is put in, never text of a file."""

from __future__ import annotations

import ast
from contextlib import suppress
from functools import cache
from textwrap import dedent
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def statements(example: str, **parts: ast.expr | list[ast.stmt]) -> list[ast.stmt]:
    """The lines of the example with each name that is among the parts replaced by its part."""
    return _filled_all(_parsed(example), parts)


def expression(example: str, **parts: ast.expr | list[ast.stmt]) -> ast.expr:
    """The same for a single expression."""
    (statement,) = statements(example, **parts)
    assert isinstance(statement, ast.Expr)
    return statement.value


def _filled_all(nodes: list[Any], parts: Mapping[str, ast.expr | list[ast.stmt]]) -> list[Any]:
    """Copies of the nodes; a line that is only the name of a place for statements becomes these."""
    filled: list[Any] = []
    for node in nodes:
        part = parts.get(node.value.id) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) else None
        if isinstance(part, list):
            filled += part
        else:
            filled.append(_filled(node, parts))
    return filled


def _filled(node: Any, parts: Mapping[str, ast.expr | list[ast.stmt]]) -> Any:
    if isinstance(node, list):
        return _filled_all(node, parts)
    if isinstance(node, ast.Name):
        part = parts.get(node.id)
        if isinstance(part, ast.expr) and not isinstance(part, ast.Name):
            return part
        return ast.Name(node.id if part is None else part.id, node.ctx)  # type: ignore[union-attr]  # lists are lines
    if not isinstance(node, ast.AST) or not node._fields:
        return node
    return type(node)(*[_filled(getattr(node, field), parts) for field in node._fields])


@cache
def _parsed(example: str) -> list[ast.stmt]:
    """The lines of an example, which nobody may change.

    Up to 3.11.7, CPython counts the depth of what all threads parse at a time together (python/cpython#106905): now
    and then it raises SystemError where nothing is wrong.
    """
    for _ in range(_TRIES):
        with suppress(SystemError):
            return ast.parse(dedent(example)).body
    return ast.parse(dedent(example)).body


_TRIES = 20


def name(identifier: str) -> ast.Name:
    """A variable."""
    return ast.Name(identifier, ast.Load())


def constant(value: str | int | None) -> ast.Constant:
    """A literal."""
    return ast.Constant(value)


def all_of(tests: list[ast.expr]) -> ast.expr:
    """`a and b`"""
    if not tests:
        return ast.Constant(True)
    return tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)


def common(sets: list[ast.expr]) -> ast.expr:
    """`a & b`; of a single one `a & -1`, so that what is no set is an error there too."""
    code = sets[0]
    for other in sets[1:] or [ast.Constant(-1)]:
        code = ast.BinOp(code, ast.BitAnd(), other)
    return code


def unpacked(names: list[str]) -> ast.Tuple:
    """`a, b, c` to assign to."""
    return ast.Tuple([ast.Name(each, ast.Store()) for each in names], ast.Store())


def function(
    title: str, parameters: list[str], options: dict[str, None], body: list[ast.stmt], namespace: dict[str, object]
) -> Any:
    """The function with this body, which sees the namespace; options are keyword-only."""
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(each) for each in parameters],
        kwonlyargs=[ast.arg(each) for each in options],
        kw_defaults=[ast.Constant(default) for default in options.values()],
        defaults=[],
    )
    definition = ast.FunctionDef(title, arguments, body, [])
    module = ast.fix_missing_locations(ast.Module([definition], []))
    exec(compile(module, f"<{title}>", "exec"), namespace)
    return namespace[title]
