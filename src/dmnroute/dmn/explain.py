"""Why a table decided as it did: every rule against every input, and the rule that came nearest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmnroute.dmn.compiled import Typed
from dmnroute.dmn.places import input_column, input_place
from dmnroute.dmn.table import TableLogic
from dmnroute.dmn.trace import input_values
from dmnroute.dmn.types import describe
from dmnroute.feel.values import from_python

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmnroute.dmn.result import InputValue
    from dmnroute.dmn.run import Run
    from dmnroute.dmn.table import Cells
    from dmnroute.dmn.units import DecisionUnit
    from dmnroute.feel.values import Value


@dataclass(frozen=True, slots=True)
class CellExplanation:
    """One input cell of a rule: its text, the column's value, and whether it is met (None: neither met nor not)."""

    column: str
    label: str
    text: str
    value: object
    met: bool | None

    def __str__(self) -> str:
        """``last.confidence` is `0.4`, not `>= 0.9``"""
        return f"`{self.label}` is {describe(from_python(self.value))}, not `{self.text}`"


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """A rule, counted from 1, with all its input cells."""

    index: int
    id: str
    cells: tuple[CellExplanation, ...]

    @property
    def unmet(self) -> tuple[CellExplanation, ...]:
        """The cells that keep the rule from matching."""
        return tuple(cell for cell in self.cells if cell.met is not True)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The matrix of a table's rules and inputs."""

    decision: str
    inputs: tuple[InputValue, ...]
    rules: tuple[RuleExplanation, ...]

    @property
    def matched(self) -> tuple[RuleExplanation, ...]:
        """The rules all of whose cells are met, whatever the hit policy makes of them."""
        return tuple(rule for rule in self.rules if not rule.unmet)

    @property
    def nearest(self) -> RuleExplanation | None:
        """The rule with the fewest unmet cells, the topmost of those; None when the table has no rules."""
        return min(self.rules, key=lambda rule: len(rule.unmet), default=None)

    def __str__(self) -> str:
        """In a sentence which rules matched, or what was missing in the nearest."""
        if self.matched:
            numbers = ", ".join(str(rule.index) for rule in self.matched)
            return f"rule{'s' if len(self.matched) > 1 else ''} {numbers} of `{self.decision}` matched"
        if self.nearest is None:
            return f"`{self.decision}` has no rules"
        unmet = "; ".join(map(str, self.nearest.unmet))
        return f"no rule of `{self.decision}` matched; nearest is rule {self.nearest.index}: {unmet}"


def explain(unit: DecisionUnit, scope: Mapping[str, Value], run: Run) -> Explanation:
    """Look at every cell, also at those that an evaluation would not come to."""
    logic = unit.logic.logic if isinstance(unit.logic, Typed) else unit.logic
    if not isinstance(logic, TableLogic):
        return Explanation(unit.where.decision, (), ())
    cells = logic.look(scope, run)
    inputs = input_values(logic, cells)
    rules = tuple(_rule(logic, index, inputs, cells, scope, run) for index in range(len(logic.tests)))
    return Explanation(unit.where.decision, inputs, rules)


def _rule(
    logic: TableLogic,
    index: int,
    inputs: tuple[InputValue, ...],
    cells: Cells,
    scope: Mapping[str, Value],
    run: Run,
) -> RuleExplanation:
    rule = logic.table.rules[index]
    found = tuple(
        CellExplanation(
            input_column(number + 1),
            inputs[number].label,
            rule.input_entries[number].text,
            inputs[number].value,
            _met(logic, index, number, cells, scope, run),
        )
        for number in range(len(inputs))
    )
    return RuleExplanation(index + 1, rule.id, found)


def _met(logic: TableLogic, rule: int, number: int, cells: Cells, scope: Mapping[str, Value], run: Run) -> bool | None:
    tests = logic.tests[rule][number]
    if tests is None:
        return True
    met = run.test(tests, cells.values[number], scope, lambda: input_place(logic.table, logic.where, rule, number))
    return met if isinstance(met, bool) else None
