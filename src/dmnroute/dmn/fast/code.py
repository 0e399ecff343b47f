"""Write Python by example: a few lines of ours with places where other syntax is put in, never text of a file."""

from __future__ import annotations

import ast
from functools import cache
from typing import Any


class _Filled(ast.NodeTransformer):
    def __init__(self, parts: dict[str, ast.expr | list[ast.stmt]]) -> None:
        self._parts = parts

    def visit_Name(self, node: ast.Name) -> ast.AST:
        part = self._parts.get(node.id)
        if isinstance(part, ast.Name):
            return ast.Name(part.id, node.ctx)
        return part if isinstance(part, ast.expr) else node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.stmt]:
        """A line that is only the name of a place for statements."""
        part = self._parts.get(node.value.id) if isinstance(node.value, ast.Name) else None
        return part if isinstance(part, list) else self.generic_visit(node)


def statements(example: str, **parts: ast.expr | list[ast.stmt]) -> list[ast.stmt]:
    """The lines of the example with each name that is among the parts replaced by its part."""
    module = _Filled(parts).visit(_parsed(example))
    assert isinstance(module, ast.Module)
    return module.body


def expression(example: str, **parts: ast.expr | list[ast.stmt]) -> ast.expr:
    """The same for a single expression."""
    (statement,) = statements(example, **parts)
    assert isinstance(statement, ast.Expr)
    return statement.value


@cache
def _lines(example: str) -> str:
    lines = example.strip("\n").split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[indent:] for line in lines)


def _parsed(example: str) -> ast.Module:
    return ast.parse(_lines(example))


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
