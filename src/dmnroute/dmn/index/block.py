"""Some of a table's rules, in their order, few enough that sets of them are small numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn.index.column import AnyCell, ColumnIndex, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dmnroute.feel.values import Value

MOST = 1024
"""Rules in a block. The sets that a column keeps take up to a quarter of the square of this, in bytes."""


class Block:
    """The rules of a block by their indices in the table, and an index of each column over them."""

    __slots__ = ("_cells", "_columns", "all", "rules")

    def __init__(self, rules: Sequence[int], cells: Sequence[Sequence[AnyCell]]) -> None:
        self.rules = tuple(rules)
        self.all: Rules = (1 << len(self.rules)) - 1
        self._cells = cells
        self._columns: dict[int, ColumnIndex] = {}

    def column(self, number: int) -> ColumnIndex:
        """The index of a column, from 0."""
        found = self._columns.get(number)
        if found is None:
            cells = self._cells[number]
            self._columns[number] = found = ColumnIndex([cells[rule] for rule in self.rules])
        return found

    def met(self, values: Sequence[Value]) -> Rules:
        """The rules that all values get past, where no cell has to be run."""
        rules = self.all
        for number, value in enumerate(values):
            rules &= self.column(number).met(value)
            if not rules:
                break
        return rules

    def unsettled(self, values: Sequence[Value]) -> tuple[Rules, Rules]:
        """The rules that may match, and those of them with a cell that has to be run, for its notices or at all.

        A cell counts only as long as none to its left keeps the rule from matching: it isn't looked at after that.
        """
        refused, running = 0, 0
        for number, value in enumerate(values):
            column = self.column(number)
            run = column.compiled | column.noticed(value)
            refused |= self.all & ~(column.met(value) | run | running)
            running |= run & ~refused
        return self.all & ~refused, running & ~refused

    def indices(self, rules: Rules) -> Iterator[int]:
        """The indices in the table of a set of this block's rules, from the top down."""
        while rules:
            lowest = rules & -rules
            yield self.rules[lowest.bit_length() - 1]
            rules ^= lowest


def blocks_of(rules: Sequence[int], cells: Sequence[Sequence[AnyCell]]) -> tuple[Block, ...]:
    """Rules in their order as blocks."""
    return tuple(Block(rules[start : start + MOST], cells) for start in range(0, len(rules), MOST))
