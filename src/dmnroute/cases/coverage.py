"""Which rules and conditions of a policy's tables the test cases have seen.

A rule is covered when it matched; a condition (an input cell that isn't `-`) when it was seen both met and not met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from dmnroute.dmn import Model
from dmnroute.dmn.model import DecisionTable
from dmnroute.errors import DmnrouteError

Condition = tuple[int, int]
"""Rule and input column, counted from 1."""


@dataclass(slots=True)
class TableCoverage:
    """What was seen of one table."""

    decision: str
    rules: int
    conditions: frozenset[Condition]
    matched: set[int] = field(default_factory=set)
    met: set[Condition] = field(default_factory=set)
    unmet: set[Condition] = field(default_factory=set)

    @property
    def uncovered_rules(self) -> tuple[int, ...]:
        """Rules that never matched."""
        return tuple(rule for rule in range(1, self.rules + 1) if rule not in self.matched)

    @property
    def uncovered_conditions(self) -> tuple[Condition, ...]:
        """Cells that were always met, or never."""
        return tuple(sorted(self.conditions - (self.met & self.unmet)))


@dataclass(slots=True)
class Coverage:
    """What was seen of all tables of a policy."""

    model: Model
    tables: Mapping[str, TableCoverage] = field(init=False)

    def __post_init__(self) -> None:
        self.tables = {
            name: TableCoverage(name, len(table.rules), _conditions(table))
            for name, decision in self.model.decisions.items()
            if isinstance(table := decision.element.expression, DecisionTable)
        }

    def see(self, decision: str, context: Mapping[str, Any], *, now: datetime) -> None:
        """Note how the rules of a decision, and of all that it requires, stand for a context."""
        try:
            result = self.model.evaluate(decision, context, now=now)
        except DmnrouteError:  # the case says what becomes of it; what was asked on the way isn't known
            return
        for each in (result, *result.required.values()):
            table = self.tables.get(each.decision)
            if table is not None:
                self._look(table, context, now=now)

    def _look(self, table: TableCoverage, context: Mapping[str, Any], *, now: datetime) -> None:
        explanation = self.model.decision(table.decision).explain(context, now=now)
        taken = self.model.evaluate(table.decision, context, now=now).matched
        table.matched.update(rule.index for rule in taken)
        for rule in explanation.rules:
            for column, cell in enumerate(rule.cells, 1):
                (table.met if cell.met else table.unmet).add((rule.index, column))

    def share(self) -> Decimal:
        """Share (0-1) of all rules that matched; 1 where there are no rules."""
        rules = sum(table.rules for table in self.tables.values())
        matched = sum(len(table.matched) for table in self.tables.values())
        return Decimal(matched) / rules if rules else Decimal(1)


def _conditions(table: DecisionTable) -> frozenset[Condition]:
    return frozenset(
        (number, column)
        for number, rule in enumerate(table.rules, 1)
        for column, cell in enumerate(rule.input_entries, 1)
        if cell.text.strip() not in ("", "-")
    )
