"""Compile a decision table: its columns, its cells, and the matcher over them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dmnroute.dmn.compiled import Allowed, Constant, Literal, Logic, Null
from dmnroute.dmn.hit_policies import hit_policy
from dmnroute.dmn.index.cells import cell_of_tree
from dmnroute.dmn.index.column import COMPILED
from dmnroute.dmn.index.plain import PlainTests, is_plain, plain_tests, plain_value
from dmnroute.dmn.index.table import TableIndex
from dmnroute.dmn.matcher import IndexMatcher, ScanMatcher
from dmnroute.dmn.model import HitPolicyName
from dmnroute.dmn.places import input_column, input_place, output_column, output_name, output_place
from dmnroute.dmn.scope import Scope
from dmnroute.dmn.table import Column, TableLogic
from dmnroute.errors import FeelError
from dmnroute.feel import Evaluation, UnaryTests
from dmnroute.feel import compile as compile_expression
from dmnroute.feel.values import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmnroute.dmn.compile import Compiler
    from dmnroute.dmn.index.column import AnyCell
    from dmnroute.dmn.model import DecisionTable, InputClause, OutputClause
    from dmnroute.dmn.unary_tests import Tests
    from dmnroute.feel import Expression
    from dmnroute.feel.values import Value

_ORDERED = (HitPolicyName.PRIORITY, HitPolicyName.OUTPUT_ORDER)


def compile_table(compiler: Compiler, table: DecisionTable, scope: Scope) -> TableLogic:
    """The table, ready to run. Its structure has been checked before; cells too many or missing are left out."""
    inputs = tuple(_input(compiler, clause, number, scope) for number, clause in enumerate(table.inputs, start=1))
    tests = _tests(compiler, table, scope)
    scan = ScanMatcher(tests, partial(input_place, table, compiler.where))
    return TableLogic(
        table=table,
        where=compiler.where,
        policy=hit_policy(table.hit_policy),
        inputs=inputs,
        tests=tests,
        outputs=_outputs(compiler, table, scope),
        columns=tuple(_column(compiler, table, number, scope) for number in range(1, len(table.outputs) + 1)),
        matcher=IndexMatcher(TableIndex(_cells(tests, len(inputs)), len(tests)), scan),
        types=compiler.types,
        camunda=compiler.camunda,
    )


def _input(compiler: Compiler, clause: InputClause, number: int, scope: Scope) -> Logic:
    expression = clause.input_expression
    place = compiler.where.place(column=input_column(number), text=expression.text)
    logic = compiler.literal(expression.text, scope, place)
    if compiler.camunda:
        return logic
    logic = compiler.typed(logic, expression.type_ref, f"`{expression.text}`")
    if clause.input_values is None:
        return logic
    text = clause.input_values.text
    tests = compiler.unary_tests(text, scope, compiler.where.place(column=input_column(number), text=text))
    return logic if tests is None else Allowed(logic, tests, place)


def _tests(compiler: Compiler, table: DecisionTable, scope: Scope) -> tuple[tuple[Tests | None, ...], ...]:
    """All input cells; cells of the same text share what they were compiled to."""
    known: dict[str, Tests | None] = {"": None, "-": None}

    def compiled(rule: int, number: int, text: str) -> Tests | None:
        tests = known.get(text)
        if tests is None and text not in known:
            tests = plain_tests(text, compiler.dialect)
            if tests is None:
                return parsed(rule, number, text)
            known[text] = tests
        if tests is not None and tests.references:
            compiler.note(tests.references, scope, input_place(table, compiler.where, rule, number))
        return tests

    def parsed(rule: int, number: int, text: str) -> Tests | None:
        tests = compiler.unary_tests(text, scope, input_place(table, compiler.where, rule, number))
        if tests is not None:
            known[text] = tests
        return tests

    return tuple(
        tuple(compiled(index, number, entry.text) for number, entry in enumerate(rule.input_entries))
        for index, rule in enumerate(table.rules)
    )


def _cells(tests: Sequence[Sequence[Tests | None]], columns: int) -> tuple[tuple[AnyCell, ...], ...]:
    """What the index knows of the cells, by column."""
    known: dict[int, AnyCell] = {id(None): None}

    def cell(found: Tests | None) -> AnyCell:
        if id(found) not in known:
            known[id(found)] = _cell(found)
        return known[id(found)]

    return tuple(tuple(cell(row[number]) if number < len(row) else None for row in tests) for number in range(columns))


def _cell(tests: Tests | None) -> AnyCell:
    if isinstance(tests, PlainTests):
        return tests.cell
    return (cell_of_tree(tests.tree) if isinstance(tests, UnaryTests) else None) or COMPILED


def _outputs(compiler: Compiler, table: DecisionTable, scope: Scope) -> tuple[tuple[Logic, ...], ...]:
    """All output cells; cells of the same text share what they were compiled to."""
    constants: dict[str, Constant] = {}
    known: dict[str, Expression] = {}

    def compiled(rule: int, number: int, text: str) -> Logic:
        constant = constants.get(text)
        if constant is None and is_plain(text):
            constants[text] = constant = Constant(plain_value(text))
        return expression(rule, number, text) if constant is None else constant

    def expression(rule: int, number: int, text: str) -> Logic:
        place = output_place(table, compiler.where, rule, number)
        if text in known:
            compiler.note(known[text].references, scope, place)
            return Literal(known[text], compiler.where.place(rule=rule + 1, column=place.column))
        logic = compiler.literal(text, scope, place)
        if isinstance(logic, Literal):
            known[text] = logic.expression
        return logic

    return tuple(
        tuple(compiled(index, number, entry.text) for number, entry in enumerate(rule.output_entries))
        for index, rule in enumerate(table.rules)
    )


def _column(compiler: Compiler, table: DecisionTable, number: int, scope: Scope) -> Column:
    clause = table.outputs[number - 1]
    column = output_column(table, number)
    default = clause.default_output_entry
    logic: Logic | None = None
    if default is not None and default.text:
        logic = compiler.literal(default.text, scope, compiler.where.place(column=column, text=default.text))
    return Column(
        name=output_name(clause, compiler.where.decision),
        type_ref=clause.type_ref,
        default=None if isinstance(logic, Null) else logic,
        priorities=_priorities(compiler, table, number),
        allowed=_allowed(compiler, table, number),
    )


def _allowed(compiler: Compiler, table: DecisionTable, number: int) -> UnaryTests | None:
    """The output values as a constraint (DMN 1.5, 8.3.3), where they are values. Camunda doesn't look at them."""
    values = table.outputs[number - 1].output_values
    if values is None or compiler.camunda:
        return None
    place = compiler.where.place(column=output_column(table, number), text=values.text)
    tests = compiler.unary_tests(values.text, Scope(), place)
    return None if tests is None or tests.references else tests


def _priorities(compiler: Compiler, table: DecisionTable, number: int) -> tuple[Value, ...]:
    """The values that a column lists, in their order; only the policies that order by them look at it."""
    clause = table.outputs[number - 1]
    text = _listed_values(compiler, clause)
    if not text or table.hit_policy not in _ORDERED:
        return ()
    try:
        listed = compile_expression(f"[{text}]", dialect=compiler.dialect).run({}, Evaluation())
    except FeelError:
        listed = None
    if isinstance(listed, list) and not any(value is None or isinstance(value, Range) for value in listed):
        return tuple(listed)
    if clause.output_values is not None:
        compiler.problems.add(
            "output_values",
            f"hit policy {table.hit_policy.value} needs the output values as a list, the most important first",
            place=compiler.where.place(column=output_column(table, number), text=text),
            hint='such as `"reject", "review", "accept"`',
        )
    return ()


def _listed_values(compiler: Compiler, clause: OutputClause) -> str:
    """The output values of a column, else what its type allows (DMN 1.5, 8.3.3); Camunda doesn't look at types."""
    if clause.output_values is not None:
        return clause.output_values.text
    definition = None if compiler.camunda else compiler.types.definitions.get(clause.type_ref)
    allowed = None if definition is None else definition.allowed_values
    return "" if allowed is None else allowed.text
