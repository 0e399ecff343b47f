"""Change a loaded model. Models are immutable: each change gives a new one, compiled anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dmnroute.dmn.loading import load
from dmnroute.dmn.places import Where
from dmnroute.dmn.walk import tables
from dmnroute.dmn.xml.editor import Cell, replace_cell
from dmnroute.errors import TableError, did_you_mean

if TYPE_CHECKING:
    from dmnroute.dmn.engine import Model
    from dmnroute.dmn.model import DecisionTable


def with_cell(model: Model, decision: str, *, rule: int, column: int | str, text: str) -> Model:
    """The model with another text in one cell of a decision's table; its ``source`` is the changed file.

    Rules count from 1. A column is its number from 1, inputs before outputs, or a text: ``input 2``,
    ``output 1``, an output's name, an input's label or expression. Raises TableError when there is no such cell
    (`no_cell`), or when the text can't be compiled.
    """
    found = model.decision(decision)
    where = Where(model.definitions.file, found.name)
    table = next(tables(found.element), None)
    if table is None:
        raise TableError(f"`{found.name}` is no decision table", code="no_cell", place=where.place())
    if not 1 <= rule <= len(table.rules):
        message = f"no rule {rule}; the table has {len(table.rules)}"
        raise TableError(message, code="no_cell", place=where.place())
    kind, index = _column(table, column, where)
    position = [each.id or each.name for each in model.definitions.decisions].index(found.id or found.name)
    changed = replace_cell(model.source, Cell(position, kind, rule - 1, index), text)
    definitions = model.definitions
    return load(changed, dialect=definitions.dialect, resolver=model.resolver, name=definitions.file)


def _column(table: DecisionTable, column: int | str, where: Where) -> tuple[Literal["inputEntry", "outputEntry"], int]:
    names = _names(table)
    inputs = len(table.inputs)
    position = column - 1 if isinstance(column, int) else names.get(column, -1)
    if not 0 <= position < inputs + len(table.outputs):
        message = f"no column `{column}`{did_you_mean(str(column), names)}"
        raise TableError(message, code="no_cell", place=where.place(), hint=f"columns are {', '.join(names)}")
    return ("inputEntry", position) if position < inputs else ("outputEntry", position - inputs)


def _names(table: DecisionTable) -> dict[str, int]:
    """All texts that mean a column, with its position; the first column of a name keeps it."""
    names: dict[str, int] = {}
    for number, output in enumerate(table.outputs):
        for name in (output.name, output.label, f"output {number + 1}", f"output {output.name}"):
            names.setdefault(name, len(table.inputs) + number)
    for number, clause in enumerate(table.inputs):
        for name in (f"input {number + 1}", clause.label, clause.name, clause.input_expression.text):
            names.setdefault(name, number)
    names.pop("", None)
    names.pop("output ", None)
    return names
