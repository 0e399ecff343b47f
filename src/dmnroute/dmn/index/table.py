"""The index of a whole table: its rules in blocks, parted by the texts of one column where that helps."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING

from dmnroute.dmn.index.block import Block, blocks_of
from dmnroute.dmn.index.column import Compiled
from dmnroute.dmn.index.order import WIDEST, number_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmnroute.dmn.index.cells import Cell
    from dmnroute.dmn.index.column import AnyCell
    from dmnroute.feel.values import Value

Part = tuple[Block, ...]

_FEWEST = 8
"""Fewer rules aren't parted."""
_COPIES = 4
"""How many times all rules may stand in the parts, taken together: a rule stands in each that it may match in."""


class TableIndex:
    """Finds rules by the values of the input columns. Parts and columns are worked out when first asked for.

    Threads may share it: what two of them work out at once is the same.
    """

    def __init__(self, cells: Sequence[Sequence[AnyCell]], count: int) -> None:
        self.cells = cells
        """By column, then by rule."""
        self.count = count
        self._distinct = tuple(_distinct(column) for column in cells)
        self.quiet = tuple(_quiet_kinds(column) for column in self._distinct)
        """For each column the types of values that no cell makes a notice of; empty where a cell has to be run."""
        self.parting = self._parting_column()
        """The column by whose texts the rules are parted; null when they aren't."""
        self._keys = frozenset() if self.parting is None else _texts(self._distinct[self.parting])
        self._parts: dict[str | _Other, Part] = {}
        self._whole: Part | None = None
        self._gathered: dict[str | _Other, list[int]] | None = None

    @property
    def whole(self) -> Part:
        """All rules."""
        if self._whole is None:
            self._whole = blocks_of(range(self.count), self.cells)
        return self._whole

    def is_quiet(self, values: Sequence[Value]) -> bool:
        """Whether the values can be looked up without running a cell."""
        return all(type(value) in kinds for value, kinds in zip(values, self.quiet, strict=True))

    def part(self, value: Value) -> Part:
        """The rules that a value of the parting column may get past; all, when the rules aren't parted."""
        if self.parting is None:
            return self.whole
        key = self._key(value)
        found = self._parts.get(key)
        if found is None:
            self._parts[key] = found = blocks_of(self._rules(self.parting)[key], self.cells)
        return found

    def _parting_column(self) -> int | None:
        """The column whose texts leave the fewest rules to look at, on average."""
        if self.count < _FEWEST:
            return None
        sizes = [_part_size(column, _texts(self._distinct[number])) for number, column in enumerate(self.cells)]
        helpful = {number: size for number, size in enumerate(sizes) if size is not None and size < self.count / 2}
        return min(helpful, key=helpful.__getitem__, default=None)

    def _rules(self, parting: int) -> dict[str | _Other, list[int]]:
        """The rules of each part, all gathered in one go."""
        if self._gathered is None:
            keys = [*self._keys, *_Other]
            parts = {id(cell): [key for key in keys if _may_match(cell, key)] for cell in self._distinct[parting]}
            rules: dict[str | _Other, list[int]] = {key: [] for key in keys}
            for rule, cell in enumerate(self.cells[parting]):
                for key in parts[id(cell)]:
                    rules[key].append(rule)
            self._gathered = rules
        return self._gathered

    def texts(self, column: int) -> tuple[str, ...]:
        """The texts that the cells of a column name, sorted."""
        return tuple(sorted(text for text in _texts(self._distinct[column]) if isinstance(text, str)))

    def number_keys(self, column: int) -> tuple[float, ...]:
        """The keys of all cuts between numbers that the cells of a column make, sorted, as far as floats tell them."""
        spans = (cell.spans for cell in _cells(self._distinct[column]) if cell.kind is Decimal)
        cuts = {cut for each in spans for span in each for cut in span}
        keys = {number_key(*cut) for cut in cuts if cut is not None}
        return tuple(sorted(key for key in keys if -WIDEST < key < WIDEST))

    def names(self, text: Value) -> bool:
        """Whether a cell of the parting column names the text."""
        return text in self._keys

    def _key(self, value: Value) -> str | _Other:
        if isinstance(value, str):
            return value if value in self._keys else _Other.TEXT
        return _Other.NULL if value is None else _Other.TYPE


class _Other(Enum):
    """Values that no cell of the parting column names; each stands for all of its kind."""

    TEXT = "text"
    NULL = "null"
    TYPE = "type"


_PLAIN_KINDS = (Decimal, str, bool, NoneType)


def _may_match(cell: AnyCell, key: str | _Other) -> bool:
    if cell is None or isinstance(cell, Compiled):
        return True
    match key:
        case _Other.TEXT:
            return cell.excluded if cell.kind is str else cell.other
        case _Other.NULL:
            return cell.null
        case _Other.TYPE:
            return cell.other
    return cell.met_by(key)


def _distinct(column: Sequence[AnyCell]) -> tuple[AnyCell, ...]:
    return tuple({id(cell): cell for cell in column}.values())


def _cells(distinct: Sequence[AnyCell]) -> list[Cell]:
    """Those that are understood."""
    return [cell for cell in distinct if cell is not None and not isinstance(cell, Compiled)]


def _quiet_kinds(distinct: Sequence[AnyCell]) -> frozenset[type]:
    found = _cells(distinct)
    if len(found) < sum(cell is not None for cell in distinct):
        return frozenset()
    return frozenset(kind for kind in _PLAIN_KINDS if not any(_is_loud(cell, kind) for cell in found))


def _is_loud(cell: Cell, kind: type) -> bool:
    if kind is NoneType:
        return cell.null_noticed
    return cell.kind is not kind and cell.other_noticed


def _texts(distinct: Sequence[AnyCell]) -> frozenset[str]:
    return frozenset(point for cell in _cells(distinct) for point in cell.points or ())


def _part_size(column: Sequence[AnyCell], texts: frozenset[str]) -> float | None:
    """The rules of an average part; null when the column names no texts, or when there were too many copies."""
    everywhere = copies = 0
    for cell in column:
        if cell is None or (not isinstance(cell, Compiled) and cell.excluded):
            everywhere += 1
        elif isinstance(cell, Compiled) or cell.kind not in (str, None) or cell.points is None:
            return None
        else:
            copies += len(cell.points)
    copies += everywhere * len(texts)
    return copies / len(texts) if texts and copies <= _COPIES * len(column) else None
