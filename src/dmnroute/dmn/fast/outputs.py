"""What each rule of a table answers, worked out once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmnroute.dmn.compiled import Constant, Literal, Null
from dmnroute.dmn.fast.plan import NotPlain
from dmnroute.dmn.fast.values import is_unchanged
from dmnroute.dmn.hit_policies.base import Row
from dmnroute.dmn.unary_tests import meets
from dmnroute.errors import FeelError
from dmnroute.feel import Evaluation, ast
from dmnroute.feel.references import children
from dmnroute.feel.values import to_python

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmnroute.dmn.compiled import Logic
    from dmnroute.dmn.table import TableLogic
    from dmnroute.dmn.types import Types
    from dmnroute.feel.values import Value

_CONSTANT = (
    ast.Null,
    ast.Boolean,
    ast.Number,
    ast.String,
    ast.AtLiteral,
    ast.Negation,
    ast.Arithmetic,
    ast.ListLiteral,
    ast.ContextLiteral,
    ast.ContextEntry,
)


def plain_values(values: Sequence[Value], types: Types) -> list[Any]:
    """The plain values of all rules; NotPlain when together they may be more than a result may have."""
    try:
        return [*to_python([*values], types.limits.size)]  # type: ignore[misc]  # a list stays one
    except FeelError:
        raise NotPlain from None


class Answers:
    """The rows of a table whose outputs are constants. Raises NotPlain for others."""

    def __init__(self, logic: TableLogic) -> None:
        self._logic = logic
        self._known: dict[int, Value] = {}
        self._evaluation = Evaluation(limits=logic.types.limits)

    def rows(self) -> tuple[Row, ...]:
        """For each rule the row that it makes when it matches."""
        return tuple(self._row(rule, cells) for rule, cells in enumerate(self._logic.outputs))

    def default(self) -> Value:
        """What the table answers when no rule matches."""
        defaults = [column.default for column in self._logic.columns]
        if all(each is None for each in defaults):
            return None
        return self._logic.combined(tuple(None if each is None else self._constant(each) for each in defaults))

    def _row(self, rule: int, cells: Sequence[Logic]) -> Row:
        outputs = tuple(self._output(number, self._constant(logic)) for number, logic in enumerate(cells))
        return Row(rule, outputs, self._logic.combined(outputs))

    def _constant(self, logic: Logic) -> Value:
        if isinstance(logic, Null):
            return None
        if isinstance(logic, Constant):
            return logic.value
        if not isinstance(logic, Literal):
            raise NotPlain
        key = id(logic.expression)
        if key not in self._known:
            if not is_constant(logic.expression.tree):
                raise NotPlain
            self._known[key] = logic.expression.run({}, self._evaluation)
        return self._known[key]

    def _output(self, number: int, value: Value) -> Value:
        """Values that the column refuses are left to the long way."""
        column = self._logic.columns[number]
        if self._logic.camunda or not (column.type_ref or column.allowed):
            return value
        if not is_unchanged(value, (column.type_ref,), self._logic.types, self._evaluation):
            raise NotPlain
        if value is not None and column.allowed is not None and not meets(column.allowed, value, self._evaluation):
            raise NotPlain
        return value


def is_constant(node: ast.Node) -> bool:
    """Whether the expression is the same in every evaluation."""
    return isinstance(node, _CONSTANT) and all(is_constant(child) for child in children(node))
