"""Which rule compiles which node, and what compiled code can call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dmnroute.feel import ast
from dmnroute.feel.builtins.catalogue import builtins_of
from dmnroute.feel.compiler import control, names, operators, python, tests, values
from dmnroute.feel.compiler.core import Compiler, Scope
from dmnroute.feel.runtime import (
    access,
    arithmetic,
    calls,
    camunda,
    camunda_comparison,
    comparison,
    iteration,
    logic,
    types,
)
from dmnroute.feel.values.function import Function

if TYPE_CHECKING:
    from dmnroute.feel.dialect import Dialect

RULES: Mapping[type[ast.Node], Callable[[Compiler, Any, Scope], python.Code]] = {
    ast.Null: values.compile_literal,
    ast.Boolean: values.compile_literal,
    ast.Number: values.compile_literal,
    ast.String: values.compile_literal,
    ast.AtLiteral: values.compile_at_literal,
    ast.ListLiteral: values.compile_list,
    ast.ContextLiteral: values.compile_context,
    ast.RangeLiteral: values.compile_range,
    ast.ComparisonRange: values.compile_comparison_range,
    ast.FunctionDefinition: values.compile_function,
    ast.Name: names.compile_name,
    ast.Path: names.compile_path,
    ast.Filter: names.compile_filter,
    ast.Invocation: names.compile_invocation,
    ast.Negation: operators.compile_negation,
    ast.Arithmetic: operators.compile_arithmetic,
    ast.Comparison: operators.compile_comparison,
    ast.Between: operators.compile_between,
    ast.InstanceOf: operators.compile_instance_of,
    ast.Conjunction: operators.compile_conjunction,
    ast.Disjunction: operators.compile_disjunction,
    ast.If: control.compile_if,
    ast.For: control.compile_for,
    ast.Quantified: control.compile_quantified,
    ast.IterationRange: control.compile_iteration_range,
    ast.In: tests.compile_in,
    ast.AnyInput: tests.compile_any_input,
    ast.Tests: tests.compile_tests,
}

CAMUNDA_RULES: Mapping[type[ast.Node], Callable[[Compiler, Any, Scope], python.Code]] = {
    **RULES,
    ast.RangeLiteral: values.compile_range_without_input,
    ast.ComparisonRange: values.compile_range_without_input,
    ast.ComparisonTest: values.compile_range_without_input,
    ast.Name: names.compile_name_or_input,
}

_ALIKE: tuple[Callable[..., object], ...] = (
    access.unknown_name,
    access.no_temporal,
    access.repeated_key,
    access.path,
    access.filtered,
    access.at_index,
    access.without_fraction,
    arithmetic.add,
    arithmetic.subtract,
    arithmetic.multiply,
    arithmetic.divide,
    arithmetic.raise_to,
    arithmetic.negate,
    calls.invoke,
    calls.invoke_named,
    calls.function_value,
    comparison.is_true,
    comparison.comparison_range,
    iteration.each,
    iteration.counting,
    iteration.collect,
    iteration.partial_results,
    iteration.quantify,
    logic.undecided,
    logic.negated,
    types.is_instance,
)


def _by_name(functions: Iterable[Callable[..., object]]) -> dict[str, object]:
    return {function.__name__: function for function in functions}


def _operators(operators: comparison.Operators) -> dict[str, object]:
    return _by_name(
        (
            operators.equal,
            operators.not_equal,
            operators.less,
            operators.less_or_equal,
            operators.greater,
            operators.greater_or_equal,
            operators.between,
            operators.within,
            operators.is_in,
            operators.is_met,
            operators.is_met_by_expression,
            operators.make_range,
        )
    )


RUNTIME: Mapping[str, object] = {
    "__builtins__": {},
    "type": type,
    "Decimal": Decimal,
    "str": str,
    "dict": dict,
    "Function": Function,
    "MISSING": access.MISSING,
    **_by_name(_ALIKE),
    **_operators(comparison.OPERATORS),
}
"""What compiled code can call, by the standard."""

CAMUNDA_RUNTIME: Mapping[str, object] = {**RUNTIME, **_operators(camunda_comparison.OPERATORS), **_by_name(camunda.OWN)}
"""The same with what Camunda does otherwise."""


def compiled(node: ast.Node, text: str, *, dialect: Dialect, parameters: tuple[str, ...]) -> Callable[..., object]:
    """The Python function of an expression; the first parameter of unary tests is the input, called `value`."""
    rules, runtime = (CAMUNDA_RULES, CAMUNDA_RUNTIME) if dialect.name == "camunda" else (RULES, RUNTIME)
    compiler = Compiler(text, dialect=dialect, builtins=builtins_of(dialect), rules=rules, runtime=runtime)
    inputs = dict.fromkeys(dialect.input_names, "value") if "value" in parameters else {}
    body = python.function(parameters, compiler.code(node, Scope(inputs)))
    function: Callable[..., object] = eval(python.compiled(body), compiler.namespace)
    return function
