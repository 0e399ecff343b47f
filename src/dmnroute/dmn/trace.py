"""Make results of what happened: FEEL values become plain Python values, indices become numbers from 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn.result import InputValue, MatchedRule, Notice, Result
from dmnroute.feel.values import to_python

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmnroute.dmn.hit_policies.base import Outcome, Row
    from dmnroute.dmn.table import Cells, TableLogic
    from dmnroute.dmn.units import DecisionUnit
    from dmnroute.feel.values import Value


def bare_result(unit: DecisionUnit, value: Value, notices: Sequence[Notice]) -> Result:
    """The result of a decision that is no table."""
    return Result(to_python(value, unit.types.limits.size), notices=tuple(notices), decision=unit.where.decision)


def table_result(
    unit: DecisionUnit, logic: TableLogic, cells: Cells, outcome: Outcome, value: Value, notices: Sequence[Notice]
) -> Result:
    """The result of a table, with its inputs and the rules that made the value."""
    return Result(
        to_python(value, unit.types.limits.size),
        matched=tuple(matched_rule(logic, row) for row in outcome.rows),
        inputs=input_values(logic, cells),
        notices=tuple(notices),
        decision=unit.where.decision,
        hit_policy=logic.policy.name.value,
    )


def input_values(logic: TableLogic, cells: Cells) -> tuple[InputValue, ...]:
    """What each input column had."""
    return tuple(
        InputValue(
            clause.label or clause.name or clause.input_expression.text,
            clause.input_expression.text,
            to_python(value),
            notices,
        )
        for clause, value, notices in zip(logic.table.inputs, cells.values, cells.notices, strict=True)
    )


def matched_rule(logic: TableLogic, row: Row) -> MatchedRule:
    """A rule that matched, with its outputs by name."""
    rule = logic.table.rules[row.rule]
    outputs = {column.name: to_python(value) for column, value in zip(logic.columns, row.outputs, strict=True)}
    return MatchedRule(row.rule + 1, rule.id, rule.annotations, outputs, rule.description)
