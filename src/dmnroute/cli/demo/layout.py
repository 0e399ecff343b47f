"""What of a decision table fits a terminal: which columns, how wide, and which rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from dmnroute.cli.demo.board import LONG_AGO, Board, Tally
from dmnroute.cli.demo.table import Column, TableView

GAP = 2
"""Blanks between columns."""
WIDEST = {"destination": 26, "input": 20, "output": 20, "annotation": 60}
NARROWEST_NOTE = 16
"""A note has a quarter of the terminal, and this at least."""
FIXED = 2 + GAP + 4 + GAP + 8
"""Number of the rule, hits and cost."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column of the table and the cells that it gets."""

    column: Column
    width: int


def fitting_columns(table: TableView, width: int) -> list[Placed]:
    """The columns that fit, in the table's order; those that say least are dropped first."""
    room = width - FIXED
    chosen: dict[int, int] = {}
    ranked = sorted(range(len(table.columns)), key=lambda index: _rank(table.columns[index], index))
    for place, index in enumerate(ranked):
        least = _least(table.columns[index], width)
        has_priority = table.columns[index].kind != "output" or len(chosen) == place
        if (room >= least + GAP and has_priority) or not chosen:
            chosen[index] = max(1, min(least, room - GAP))
            room -= chosen[index] + GAP
    for index in chosen:
        grow = min(_wanted(table.columns[index]) - chosen[index], room)
        if grow > 0:
            chosen[index] += grow
            room -= grow
    return [Placed(table.columns[index], chosen[index]) for index in sorted(chosen)]


def _rank(column: Column, index: int) -> tuple[int, int, int]:
    """The order in which columns get their place: destination, note, inputs by use; other outputs if all that fits."""
    kind = ("destination", "annotation", "input", "output").index(column.kind)
    return kind, -column.filled, index


def _wanted(column: Column) -> int:
    widest = max(cell_len(text) for text in (column.title, *column.cells))
    return min(widest, WIDEST[column.kind])


def _least(column: Column, width: int) -> int:
    """A note may be shortened; other cells are of use when they can be read."""
    wanted = _wanted(column)
    return min(wanted, max(NARROWEST_NOTE, width // 4)) if column.kind == "annotation" else wanted


def fitting_rows(board: Board, room: int) -> tuple[list[int], str]:
    """The numbers of the rules to show, and what is said of the others; rules that were hit stay, the latest first."""
    table = board.table
    numbers = range(1, len(table.rules) + 1) if table else range(0)
    if len(numbers) <= room:
        return list(numbers), ""
    ranked = sorted(numbers, key=lambda number: _row_rank(board.tally(number), number))
    shown = sorted(ranked[: max(0, room - 1)])
    hidden = [board.tally(number).hits for number in ranked[max(0, room - 1) :]]
    return shown, ", ".join(_hidden(hidden))


def _row_rank(tally: Tally, number: int) -> tuple[bool, float, int]:
    last = tally.last_hit if tally.last_hit > LONG_AGO else -1.0
    return tally.hits == 0, -last, number


def _hidden(hits: Sequence[int]) -> Iterator[str]:
    never, earlier = hits.count(0), len(hits) - hits.count(0)
    if earlier:
        yield f"{earlier} more {'rule' if earlier == 1 else 'rules'} hit earlier"
    if never:
        yield f"{never} {'more ' if not earlier else ''}never hit"


@dataclass(frozen=True, slots=True)
class Heights:
    """How many lines each part of the screen gets."""

    rows: int
    lines: int
    notes: int


LOWEST = 10
"""Lines below which a terminal shows no table and no notes."""


def heights(board: Board, height: int) -> Heights:
    """Share a terminal's height: the table is shown whole when there is room, documents get a third at least."""
    notes = min(len(board.notes) + len(board.started.changes if board.started else ()), 3) if height >= LOWEST else 0
    rules = len(board.table.rules) if board.table and height >= LOWEST else 0
    room = max(1, height - notes - (4 if rules else 2))
    documents = board.started.documents if board.started else 0
    lines = min(documents, max(1, room // 3))
    rows = min(rules, room - lines)
    return Heights(rows=rows, lines=max(1, room - rows), notes=notes)
