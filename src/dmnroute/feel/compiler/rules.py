"""Which rule compiles which node, and what compiled code can call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dmnroute.feel import ast
from dmnroute.feel.builtins.catalogue import builtins_of
from dmnroute.feel.compiler import control, names, operators, python, tests, values
from dmnroute.feel.compiler.core import Compiler, Scope
from dmnroute.feel.runtime import access, arithmetic, calls, comparison, iteration, logic, types
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

RUNTIME: Mapping[str, object] = {
    "__builtins__": {},
    "type": type,
    "Decimal": Decimal,
    "str": str,
    "dict": dict,
    "Function": Function,
    "MISSING": access.MISSING,
    **{
        function.__name__: function
        for function in (
            access.unknown_name,
            access.no_temporal,
            access.path,
            access.filtered,
            access.at_index,
            access.without_fraction,
            arithmetic.negate,
            calls.invoke,
            calls.invoke_named,
            calls.function_value,
            comparison.equal,
            comparison.not_equal,
            comparison.between,
            comparison.within,
            comparison.is_met,
            comparison.is_met_by_expression,
            comparison.is_true,
            comparison.make_range,
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
    },
    "add": arithmetic.add,
    "subtract": arithmetic.subtract,
    "multiply": arithmetic.multiply,
    "divide": arithmetic.divide,
    "raise_to": arithmetic.raise_to,
    "less": comparison.less,
    "less_or_equal": comparison.less_or_equal,
    "greater": comparison.greater,
    "greater_or_equal": comparison.greater_or_equal,
}


def compiled(node: ast.Node, text: str, *, dialect: Dialect, parameters: tuple[str, ...]) -> Callable[..., object]:
    """The Python function of an expression; the first parameter of unary tests is the input, called `value`."""
    compiler = Compiler(text, dialect=dialect, builtins=builtins_of(dialect), rules=RULES, runtime=RUNTIME)
    inputs = dict.fromkeys(dialect.input_names, "value") if "value" in parameters else {}
    body = python.function(parameters, compiler.code(node, Scope(inputs)))
    function: Callable[..., object] = eval(python.compiled(body), compiler.namespace)
    return function
