"""Places inside a table, in the words of its headers: ``rule 4, input 2``, ``output agent``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmnroute.errors import Place
from dmnroute.source import Source, Span

if TYPE_CHECKING:
    from dmnroute.dmn.model import DecisionTable, OutputClause


@dataclass(frozen=True, slots=True)
class Where:
    """The file and decision that an expression belongs to."""

    file: str = ""
    decision: str = ""

    def place(self, *, rule: int | None = None, column: str = "", text: str = "") -> Place:
        """The place of a cell; with its text, the whole text is meant."""
        source, span = (None, None) if not text else (Source(text), Span(0, len(text)))
        return Place(self.file, self.decision, rule, column, source, span)


def input_column(number: int) -> str:
    """The input column with this number, from 1."""
    return f"input {number}"


def output_column(table: DecisionTable, number: int) -> str:
    """The output column with this number, from 1, by its name when it has one."""
    clause = table.outputs[number - 1]
    return f"output {clause.name or number}"


def output_name(clause: OutputClause, decision: str) -> str:
    """The name under which a column's value is found: its name, else its label, else the decision's name."""
    return clause.name or clause.label or decision


def input_place(table: DecisionTable, where: Where, rule: int, number: int) -> Place:
    """The place of an input cell, from the indices (from 0) of its rule and column."""
    text = table.rules[rule].input_entries[number].text
    return where.place(rule=rule + 1, column=input_column(number + 1), text=text)


def output_place(table: DecisionTable, where: Where, rule: int, number: int) -> Place:
    """The place of an output cell, from the indices (from 0) of its rule and column."""
    text = table.rules[rule].output_entries[number].text
    column = output_column(table, number + 1) if number < len(table.outputs) else f"output {number + 1}"
    return where.place(rule=rule + 1, column=column, text=text)
