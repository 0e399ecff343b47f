"""A decision table as its author reads it: columns of texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dmnroute.cli.demo.texts import one_line
from dmnroute.dmn import Model
from dmnroute.dmn.model import DecisionTable
from dmnroute.errors import TableError

UNSET = frozenset({"", "-", "null"})
"""Cells that say nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its cells, rule by rule."""

    title: str
    kind: Literal["input", "output", "annotation"]
    cells: tuple[str, ...]

    @property
    def filled(self) -> int:
        """How many cells say something."""
        return sum(cell != "" for cell in self.cells)


@dataclass(frozen=True, slots=True)
class TableView:
    """A whole table."""

    name: str
    hit_policy: str
    columns: tuple[Column, ...]
    rules: tuple[str, ...]
    """The ids of the rules; where there is none, their number from 1."""


def table_view(model: Model, decision: str) -> TableView | None:
    """The table of a decision; none when the decision isn't made by a table."""
    try:
        element = model.decision(decision).element
    except TableError:
        return None
    table = element.expression
    if not isinstance(table, DecisionTable):
        return None
    return TableView(
        name=element.name or element.id,
        hit_policy=table.hit_policy.value,
        columns=tuple(column for column in _columns(table) if column.filled),
        rules=tuple(rule.id or str(number) for number, rule in enumerate(table.rules, 1)),
    )


def _columns(table: DecisionTable) -> list[Column]:
    inputs = [
        Column(
            one_line(clause.label or clause.name or clause.input_expression.text),
            "input",
            tuple(_cell(rule.input_entries[index].text) for rule in table.rules),
        )
        for index, clause in enumerate(table.inputs)
    ]
    outputs = [
        Column(
            one_line(clause.name or clause.label),
            "output",
            tuple(_cell(rule.output_entries[index].text) for rule in table.rules),
        )
        for index, clause in enumerate(table.outputs)
    ]
    notes = tuple(one_line(next((note for note in rule.annotations if note), rule.description)) for rule in table.rules)
    title = one_line(table.annotations[0]) if table.annotations and table.annotations[0] else "why"
    return [*inputs, *outputs, Column(title, "annotation", notes)]


def _cell(text: str) -> str:
    text = one_line(text).strip()
    return "" if text in UNSET else text
