"""Numbers that decide: the thresholds in the input cells of decision tables, and the shifts worth trying."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from dmnroute.dmn import Model
from dmnroute.dmn.model import DecisionTable, InputClause
from dmnroute.errors import NOWHERE, FeelError
from dmnroute.feel import ast
from dmnroute.feel.dialect import DIALECTS
from dmnroute.feel.names import KnownNames
from dmnroute.feel.parser.grammar import parse_unary_tests
from dmnroute.source import Span

SHARE_STEP = Decimal("0.05")
"""A share (0-1, written with a point) is shifted by this."""
OTHER_STEP = Decimal("0.1")
"""Any other number is shifted by this part of itself, a whole number to whole numbers: `> 0` and `> 1` stay."""
STEPS = 4
"""How many steps are tried, up and down."""

_OPERATORS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}

Conditions = tuple[tuple[str, Decimal], ...]
"""Comparisons with numbers that all have to hold: one for `< 5`, two for `[1..5)`."""


@dataclass(frozen=True, slots=True)
class Shift:
    """An input cell of a decision table in which one number is another. Rules and columns count from 1."""

    decision: str
    rule: int
    input: int
    column: str
    """What `with_cell` calls the column."""
    label: str
    """What people call it."""
    old: str
    new: str
    """The text of the cell, before and after."""
    steps: int
    """How far the number is shifted; negative is down."""
    before: Conditions
    after: Conditions

    def may_flip(self, value: object) -> bool:
        """False when the cell surely answers as before for this value of its column."""
        if value is None or isinstance(value, str | bool):
            return False
        if not isinstance(value, int | Decimal):
            return True
        return _hold(self.before, Decimal(value)) != _hold(self.after, Decimal(value))


def _hold(conditions: Conditions, value: Decimal) -> bool:
    return all(_OPERATORS[sign](value, bound) for sign, bound in conditions)


def shifts(model: Model) -> Iterator[Shift]:
    """Every threshold of every decision table, shifted by some steps; in the order of the file, small shifts first."""
    for decision in model.decisions.values():
        table = decision.element.expression
        if isinstance(table, DecisionTable):
            yield from _of_table(decision.name, table, model.definitions.dialect)


def _of_table(decision: str, table: DecisionTable, dialect: str) -> Iterator[Shift]:
    for rule, row in enumerate(table.rules, 1):
        for number, (clause, entry) in enumerate(zip(table.inputs, row.input_entries, strict=False), 1):
            for new, steps, before, after in _of_cell(entry.text, dialect):
                yield Shift(
                    decision=decision,
                    rule=rule,
                    input=number,
                    column=_column(table, number),
                    label=_title(clause),
                    old=entry.text,
                    new=new,
                    steps=steps,
                    before=before,
                    after=after,
                )


def _column(table: DecisionTable, number: int) -> str:
    """The column's title where it means this column alone and can stand before a `=`, else `input 2`."""
    title = _title(table.inputs[number - 1])
    others = [clause for index, clause in enumerate(table.inputs, 1) if index != number]
    taken = {name for clause in others for name in (clause.label, clause.name, clause.input_expression.text)}
    taken |= {name for output in table.outputs for name in (output.name, output.label, f"output {output.name}")}
    return f"input {number}" if title in taken or "=" in title or title != title.strip() else title


def _title(clause: InputClause) -> str:
    return clause.label or clause.name or clause.input_expression.text


def _of_cell(text: str, dialect: str) -> Iterator[tuple[str, int, Conditions, Conditions]]:
    """The cell's text with each of its thresholds shifted, and what the test in question asked before and after."""
    for test in _tests(text, dialect):
        bounds = list(_bounds(test))
        before = tuple((sign, value) for sign, value, _ in bounds)
        for index, (sign, value, span) in enumerate(bounds):
            for written, steps in _shifted(text[span.start : span.end], value):
                after = (*before[:index], (sign, Decimal(written)), *before[index + 1 :])
                if _is_possible(after):
                    yield f"{text[: span.start]}{written}{text[span.end :]}", steps, before, after


@dataclass(frozen=True, slots=True)
class Bound:
    """A number that a cell compares its column with."""

    sign: str
    value: Decimal
    span: Span

    def holds(self, value: object, bound: Decimal) -> bool:
        """Whether the comparison holds with another number in its place; null and other kinds meet none."""
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        return is_number and _OPERATORS[self.sign](Decimal(value), bound)  # type: ignore[arg-type]


def bounds_of(text: str, dialect: str) -> list[Bound]:
    """The numbers in a cell, in the order of its text; none where it compares with more than literals."""
    return [Bound(*found) for test in _tests(text, dialect) for found in _bounds(test)]


def _tests(text: str, dialect: str) -> Sequence[ast.Node]:
    """The tests of a cell; none where the cell can't be read out of its table, as with names that have spaces."""
    try:
        node = parse_unary_tests(text, dialect=DIALECTS[dialect], names=KnownNames(), place=NOWHERE)
    except FeelError:
        return ()
    return node.tests if isinstance(node, ast.Tests) else ()


def _bounds(test: ast.Node) -> Iterator[tuple[str, Decimal, Span]]:
    """The comparisons of a test with literal numbers; none when it compares with anything else."""
    match test:
        case ast.ComparisonTest(operator=sign, bound=bound):
            ends = [(sign, bound)]
        case ast.RangeLiteral(start=start, end=end):
            ends = [(">=" if test.start_included else ">", start), ("<=" if test.end_included else "<", end)]
        case _:
            return
    numbers = [(sign, number, node.span) for sign, node in ends if (number := _number(node)) is not None]
    if len(numbers) == len(ends):
        yield from numbers


def _number(node: ast.Node) -> Decimal | None:
    match node:
        case ast.Number(value=value):
            return value
        case ast.Negation(operand=ast.Number(value=value)):
            return -value
    return None


def _shifted(written: str, value: Decimal) -> Iterator[tuple[str, int]]:
    """The number some steps up and down, written as precisely as it was at least; small shifts first."""
    decimals = len(written.partition(".")[2])
    is_share = decimals > 0 and 0 <= value <= 1
    seen = {value}
    for steps in (sign * size for size in range(1, STEPS + 1) for sign in (1, -1)):
        moved = value + steps * (SHARE_STEP if is_share else abs(value) * OTHER_STEP)
        if not decimals:
            moved = moved.to_integral_value(ROUND_HALF_UP)
        if moved not in seen and (0 < moved < 1 or not is_share):
            seen.add(moved)
            yield _written(moved, decimals), steps


def _written(value: Decimal, decimals: int) -> str:
    digits = value.normalize().as_tuple().exponent
    needed = max(decimals, -digits if isinstance(digits, int) else 0)
    return f"{value:.{needed}f}"


def _is_possible(conditions: Conditions) -> bool:
    """An interval ends after it begins."""
    return len(conditions) < 2 or conditions[0][1] < conditions[1][1]
