"""`if`, `for`, `some`, `every`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.feel import ast
from dmnroute.feel.compiler import python

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dmnroute.feel.compiler.core import Compiler, Scope
    from dmnroute.feel.compiler.python import Code


def compile_if(compiler: Compiler, node: ast.If, scope: Scope) -> Code:
    """`if a then b else c`: what isn't true takes the else branch"""
    condition = python.same(compiler.code(node.condition, scope), python.constant(True))
    return python.choice(condition, compiler.code(node.then, scope), compiler.code(node.otherwise, scope))


def compile_for(compiler: Compiler, node: ast.For, scope: Scope) -> Code:
    """`collect(lambda results, take: each(xs, lambda x: each(ys, lambda y: take(result))))`"""
    results, take = compiler.variable(), compiler.variable()

    def body(inner: Scope) -> Code:
        return python.call(take, compiler.code(node.result, inner.inside({"partial": results})))

    loop = python.function([results, take], _loop(compiler, node.iterators, scope, body, _outer(compiler, scope)))
    return compiler.helper("collect", node, loop)


def compile_quantified(compiler: Compiler, node: ast.Quantified, scope: Scope) -> Code:
    """`quantify(True, lambda check: each(xs, lambda x: check(condition)))`"""
    check = compiler.variable()

    def body(inner: Scope) -> Code:
        return python.call(check, compiler.code(node.condition, inner))

    loop = python.function([check], _loop(compiler, node.iterators, scope, body, _outer(compiler, scope)))
    return compiler.helper("quantify", node, python.constant(node.quantifier == "some"), loop)


def _outer(compiler: Compiler, scope: Scope) -> Scope | None:
    return None if compiler.dialect.later_iterators else scope


def _loop(
    compiler: Compiler,
    iterators: Sequence[ast.Iterator],
    scope: Scope,
    body: Callable[[Scope], Code],
    outer: Scope | None = None,
) -> Code:
    """With an outer scope all lists are evaluated there, and no iterator sees another."""
    if not iterators:
        return body(scope)
    iterator, *further = iterators
    variable = compiler.variable()
    domain = compiler.code(iterator.domain, outer if outer is not None else scope)
    inner = _loop(compiler, further, scope.inside({iterator.name: variable}), body, outer)
    return compiler.helper("each", iterator, domain, python.function([variable], inner))


def compile_iteration_range(compiler: Compiler, node: ast.IterationRange, scope: Scope) -> Code:
    """`1..10`"""
    return compiler.helper("counting", node, compiler.code(node.start, scope), compiler.code(node.end, scope))
