"""A decision table as its author reads it: columns of texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dmnroute.cli.demo.texts import one_line
from dmnroute.dmn import Model
from dmnroute.dmn.model import DecisionTable
from dmnroute.errors import TableError

DESTINATIONS = ("agent", "action")
"""Outputs that say where a document goes. A rule has one of them: they are shown as one column."""

ANY_INPUT = frozenset({"", "-"})
NO_OUTPUT = frozenset({"", "-", "null"})
"""Cells that say nothing; an input cell `null` says that there is no value."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its cells, rule by rule."""

    title: str
    kind: Literal["input", "destination", "output", "annotation"]
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


def _columns(table: DecisionTable) -> Iterator[Column]:
    for index, clause in enumerate(table.inputs):
        title = clause.label or clause.name or clause.input_expression.text
        yield Column(
            one_line(title), "input", tuple(_cell(rule.input_entries[index].text, ANY_INPUT) for rule in table.rules)
        )
    outputs = {
        one_line(clause.name or clause.label): tuple(
            _cell(rule.output_entries[index].text, NO_OUTPUT) for rule in table.rules
        )
        for index, clause in enumerate(table.outputs)
    }
    destinations = [outputs.pop(name) for name in DESTINATIONS if name in outputs]
    if destinations:
        cells = tuple(", ".join(filter(None, cells)) for cells in zip(*destinations, strict=True))
        yield Column("then", "destination", cells)
    yield from (Column(name, "output", cells) for name, cells in outputs.items())
    notes = (next((note for note in rule.annotations if note), rule.description) for rule in table.rules)
    yield Column("because", "annotation", tuple(map(one_line, notes)))


def _cell(text: str, nothing: frozenset[str]) -> str:
    """The cell's text; texts alone are read more easily without their quotes: `"a", "b"`, `["a", "b"]`."""
    text = one_line(text).strip()
    if text in nothing:
        return ""
    return ", ".join(_TEXT.findall(text)) if _TEXTS.fullmatch(text) else text


_TEXT = re.compile(r'"([^"\\]*)"')
_TEXTS = re.compile(r'\[?\s*"[^"\\]*"(\s*,\s*"[^"\\]*")*\s*\]?')
