"""Names, paths, filters, invocations."""

from __future__ import annotations

import ast as syntax
from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.feel import ast
from dmnroute.feel.compiler import python
from dmnroute.feel.compiler.values import compile_range, literal_value
from dmnroute.feel.runtime.access import without_fraction
from dmnroute.feel.runtime.calls import UnknownFunction

if TYPE_CHECKING:
    from dmnroute.feel.compiler.core import Compiler, Scope
    from dmnroute.feel.compiler.python import Code


def compile_name(compiler: Compiler, node: ast.Name, scope: Scope) -> Code:
    """A local variable, a key of the item that is filtered, a variable of the caller, a builtin: the first of these."""
    if node.name == "partial" and scope.binds(node.name):
        return compiler.helper("partial_results", node, _source(compiler, node, scope))
    return _source(compiler, node, scope)


def compile_name_or_input(compiler: Compiler, node: ast.Name, scope: Scope) -> Code:
    """In Camunda's dialect `?` outside of tests is no name that could be null."""
    if node.name == "?" and not scope.binds(node.name):
        return compiler.helper("no_input", node)
    return compile_name(compiler, node, scope)


def _source(compiler: Compiler, node: ast.Node, scope: Scope) -> Code:
    """What is only looked into: `partial` needn't be copied for that."""
    if not isinstance(node, ast.Name):
        return compiler.code(node, scope)
    builtin = compiler.builtins.get(node.name)
    if builtin is not None and compiler.dialect.builtin_values:
        return _resolved(compiler, node.name, scope, compiler.constant(builtin.as_function()))
    unknown = compiler.helper("unknown_name", node, python.constant(node.name))
    return _resolved(compiler, node.name, scope, unknown)


def _resolved(compiler: Compiler, name: str, scope: Scope | None, otherwise: Code) -> Code:
    if scope is None:
        return _from_caller(compiler, name, otherwise)
    if scope.item:
        item = python.name(scope.item)
        own = python.all_of(python.has_type(item, "dict"), python.compared(python.constant(name), syntax.In(), item))
        return python.choice(
            own, python.item(item, python.constant(name)), _resolved_outside(compiler, name, scope, otherwise)
        )
    return _resolved_outside(compiler, name, scope, otherwise)


def _resolved_outside(compiler: Compiler, name: str, scope: Scope, otherwise: Code) -> Code:
    if name in scope.bindings:
        return python.name(scope.bindings[name])
    return _resolved(compiler, name, scope.outer, otherwise)


def _from_caller(compiler: Compiler, name: str, otherwise: Code) -> Code:
    """`v if (v := scope.get("name", MISSING)) is not MISSING else …`"""
    variable = compiler.variable()
    value = python.call(python.method(python.name("scope"), "get"), python.constant(name), python.name("MISSING"))
    found = python.compared(python.assigned(variable, value), syntax.IsNot(), python.name("MISSING"))
    return python.choice(found, python.name(variable), otherwise)


def compile_path(compiler: Compiler, node: ast.Path, scope: Scope) -> Code:
    """`v["key"] if type(v := source) is dict and "key" in v else path(v, "key")`"""
    variable = compiler.variable()
    key = python.constant(node.key)
    source = python.assigned(variable, _source(compiler, node.source, scope))
    present = python.all_of(python.has_type(source, "dict"), python.compared(key, syntax.In(), python.name(variable)))
    return python.choice(
        present,
        python.item(python.name(variable), key),
        compiler.helper("path", node, python.name(variable), key),
    )


def compile_filter(compiler: Compiler, node: ast.Filter, scope: Scope) -> Code:
    """`source[condition]`, and `source[1]` without a function for each item"""
    source = _source(compiler, node.source, scope)
    index = literal_value(node.condition)
    if isinstance(index, Decimal):
        index = index if compiler.dialect.whole_indexes else without_fraction(index)
        return compiler.helper("at_index", node, source, compiler.constant(index))
    item = compiler.variable()
    condition = compiler.code(node.condition, scope.in_filter(item))
    if not compiler.dialect.whole_indexes:
        condition = python.call("without_fraction", condition)
    return compiler.helper("filtered", node, source, python.function([item], condition))


def compile_invocation(compiler: Compiler, node: ast.Invocation, scope: Scope) -> Code:
    """`f(a, b)` and `f(x: a, y: b)`"""
    helper = "invoke_named" if _is_named(node) else "invoke"
    return compiler.helper(helper, node, _function(compiler, node.function, scope), _arguments(compiler, node, scope))


def _function(compiler: Compiler, node: ast.Node, scope: Scope) -> Code:
    """What is invoked. A value that isn't a function doesn't hide a builtin: `date(date)` works."""
    if not isinstance(node, ast.Name):
        return compiler.code(node, scope)
    builtin = compiler.builtins.get(node.name)
    if builtin is None:
        return _resolved(
            compiler, node.name, scope, compiler.constant(UnknownFunction(node.name, tuple(compiler.builtins)))
        )
    variable = compiler.variable()
    nearer = python.assigned(variable, _resolved(compiler, node.name, scope, python.constant(None)))
    is_function = python.has_type(nearer, "Function")
    return python.choice(is_function, python.name(variable), compiler.constant(builtin))


def _is_named(node: ast.Invocation) -> bool:
    return bool(node.arguments) and isinstance(node.arguments[0], ast.NamedArgument)


def _arguments(compiler: Compiler, node: ast.Invocation, scope: Scope) -> Code:
    named = [argument for argument in node.arguments if isinstance(argument, ast.NamedArgument)]
    if named:
        return python.dict_of(
            [argument.name for argument in named], [_argument(compiler, argument.value, scope) for argument in named]
        )
    return python.tuple_of([_argument(compiler, argument, scope) for argument in node.arguments])


def _argument(compiler: Compiler, node: ast.Node, scope: Scope) -> Code:
    """An argument may be a range in every dialect."""
    return compile_range(compiler, node, scope) if isinstance(node, ast.RangeLiteral) else compiler.code(node, scope)
