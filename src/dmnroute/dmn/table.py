"""A decision table, ready to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmnroute.dmn.compiled import conform
from dmnroute.dmn.hit_policies.base import HitPolicy, Hits, Outcome, Row
from dmnroute.dmn.places import Where, output_place
from dmnroute.dmn.types import describe
from dmnroute.dmn.unary_tests import meets
from dmnroute.errors import TableError
from dmnroute.feel import Evaluation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dmnroute.dmn.compiled import Logic
    from dmnroute.dmn.matcher import Matcher
    from dmnroute.dmn.model import DecisionTable
    from dmnroute.dmn.result import Notice
    from dmnroute.dmn.run import Run
    from dmnroute.dmn.types import Types
    from dmnroute.dmn.unary_tests import Tests
    from dmnroute.feel import UnaryTests
    from dmnroute.feel.values import Value


@dataclass(frozen=True, slots=True)
class Column:
    """An output column: the name of its value, its type, its default, and its values by priority."""

    name: str
    type_ref: str
    default: Logic | None
    priorities: tuple[Value, ...]
    allowed: UnaryTests | None = None
    """What every output has to be one of; None where anything goes."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The inputs of one evaluation, and the notices that each input expression made."""

    values: tuple[Value, ...]
    notices: tuple[tuple[Notice, ...], ...]


@dataclass(frozen=True, slots=True)
class TableLogic:
    """A compiled decision table; ``table`` is the model that it was made of, rule by rule."""

    table: DecisionTable
    where: Where
    policy: HitPolicy
    inputs: tuple[Logic, ...]
    tests: tuple[tuple[Tests | None, ...], ...]
    """For each rule its input cells; None is always met."""
    outputs: tuple[tuple[Logic, ...], ...]
    """For each rule its output cells."""
    columns: tuple[Column, ...]
    matcher: Matcher
    types: Types
    camunda: bool

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """The table's value."""
        return self.decide(self.look(scope, run), scope, run).value

    def look(self, scope: Mapping[str, Value], run: Run) -> Cells:
        """Evaluate the input expressions."""
        values, notices = [], []
        for logic in self.inputs:
            before = len(run.notices)
            values.append(logic.run(scope, run))
            notices.append(tuple(run.notices[before:]))
        return Cells(tuple(values), tuple(notices))

    def decide(self, cells: Cells, scope: Mapping[str, Value], run: Run) -> Outcome:
        """Find the matching rules and what the hit policy makes of them.

        Raises TableError (`hit_policy`) under Camunda when the matched rules contradict the policy; else the
        value is null, with a notice.
        """
        hits = Hits(
            self._rows(cells.values, scope, run),
            tuple(column.priorities for column in self.columns),
            self.table.aggregation,
            self.camunda,
        )
        outcome = self.policy.apply(hits)
        if outcome.violation:
            self._violated(outcome.violation, run)
        elif not outcome.rows:
            return Outcome(self._default(scope, run), ())
        return outcome

    def _rows(self, values: Sequence[Value], scope: Mapping[str, Value], run: Run) -> Iterator[Row]:
        for index in self.matcher.match(values, scope, run):
            outputs = tuple(
                self._output(index, number, logic.run(scope, run), run)
                for number, logic in enumerate(self.outputs[index])
            )
            yield Row(index, outputs, self.combined(outputs))

    def _output(self, rule: int, number: int, value: Value, run: Run) -> Value:
        column = self.columns[number]
        if self.camunda or not (column.type_ref or column.allowed):
            return value
        place = output_place(self.table, self.where, rule, number)
        if column.type_ref:
            value = conform(value, column.type_ref, self.types, "the output", place, run)
        if value is None or column.allowed is None or _is_allowed(value, column.allowed, run.evaluation):
            return value
        run.notice("not_allowed", f"the output {describe(value)} isn't among {column.allowed.text}", place, value)
        return None

    def combined(self, outputs: tuple[Value, ...]) -> Value:
        """What the output values of a rule make together: the only one itself, else a context by their names."""
        if len(self.columns) == 1:
            return outputs[0]
        return {column.name: value for column, value in zip(self.columns, outputs, strict=True)}

    def _default(self, scope: Mapping[str, Value], run: Run) -> Value:
        defaults = [column.default for column in self.columns]
        if all(default is None for default in defaults):
            return None
        return self.combined(tuple(None if logic is None else logic.run(scope, run) for logic in defaults))

    def _violated(self, message: str, run: Run) -> None:
        if self.camunda:
            raise TableError(message, code="hit_policy", place=self.where.place())
        run.notice("hit_policy", message, self.where.place())


def _is_allowed(value: Value, allowed: UnaryTests, evaluation: Evaluation) -> bool:
    """Whether a value, or each item of a list, is among those that a column lists."""
    if meets(allowed, value, evaluation):
        return True
    return isinstance(value, list) and all(meets(allowed, item, evaluation) for item in value)
