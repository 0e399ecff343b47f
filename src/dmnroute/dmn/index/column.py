"""One input column over some of a table's rules: which of them a value gets past."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from dmnroute.dmn.index.order import WIDEST, number_key, text_key

if TYPE_CHECKING:
    from dmnroute.dmn.index.cells import Cell, Cut
    from dmnroute.feel.values import Value

Rules: TypeAlias = int
"""A set of rules, one bit for each."""


class Compiled:
    """Stands for a cell that has to be run."""

    __slots__ = ()


COMPILED = Compiled()

AnyCell: TypeAlias = "Cell | Compiled | None"
"""The cell of a rule; null is always met."""

_SMALL = 64
"""Up to so many keys a list is faster than an array."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """Values by their order: `rules[bisect_right(keys, value)]`."""

    keys: Sequence[Any]
    rules: Sequence[Rules | None]
    """One more than keys. Null where the keys can't tell: numbers so large or so odd that only a decimal can."""


@dataclass(frozen=True, slots=True)
class Named:
    """Values by name: `rules.get(value, others)`."""

    rules: dict[Any, Rules]
    others: Rules


class ColumnIndex:
    """The cells of one column, for a block of rules. What it knows of each type is worked out when first asked for."""

    __slots__ = ("_by_kind", "_decimals", "_numbers", "_texts", "cells", "compiled")

    def __init__(self, cells: Sequence[AnyCell]) -> None:
        self.cells = tuple(cells)
        self.compiled: Rules = _bits(self.cells, lambda cell: isinstance(cell, Compiled))
        """The rules whose cell has to be run."""
        self._numbers: Ordered | None = None
        self._decimals: tuple[list[Cut], list[Rules]] | None = None
        self._texts: Ordered | Named | None = None
        self._by_kind: dict[object, tuple[Rules, Rules]] = {}

    def met(self, value: Value) -> Rules:
        """The rules whose cell is met; those whose cell has to be run aren't among them."""
        kind = type(value)
        if kind is str:
            texts = self.texts()
            if isinstance(texts, Named):
                return texts.rules.get(value, texts.others)
            found = texts.rules[bisect_right(texts.keys, value)]
            assert found is not None
            return found
        if isinstance(value, Decimal):
            keys, rules = self.decimals()
            return rules[bisect_right(keys, (value, False))]
        return self._odd(value)[0]

    def noticed(self, value: Value) -> Rules:
        """The rules whose cell makes a notice of such a value."""
        return self._odd(value)[1]

    def numbers(self) -> Ordered:
        """For floats and ints."""
        if self._numbers is None:
            self._numbers = self._floats()
        return self._numbers

    def texts(self) -> Ordered | Named:
        """For texts."""
        if self._texts is None:
            named = all(cell.points is not None for _, cell in _cells_of(self.cells, str))
            self._texts = self._named() if named else self._ordered_texts()
        return self._texts

    def decimals(self) -> tuple[list[Cut], list[Rules]]:
        """For decimals, exactly: the cuts in their order, and the rules between them."""
        if self._decimals is None:
            flips = self._flips(Decimal, lambda cut: cut)
            self._decimals = sorted(flips), self._sweep(flips, Decimal)
        return self._decimals

    def _odd(self, value: Value) -> tuple[Rules, Rules]:
        """The rules that are met, and those that make a notice: of null and booleans by value, else by type."""
        key = value if value is None or isinstance(value, bool) else type(value)
        if key not in self._by_kind:
            met = _bits(self.cells, lambda cell: cell is None or (_is_cell(cell) and _odd_met(cell, key)))
            noticed = _bits(self.cells, lambda cell: _is_cell(cell) and _odd_noticed(cell, key))
            self._by_kind[key] = met, noticed
        return self._by_kind[key]

    def _floats(self) -> Ordered:
        flips = self._flips(Decimal, lambda cut: number_key(*cut))
        inside = {key: flip for key, flip in flips.items() if -WIDEST < key < WIDEST}
        base = self._base(Decimal)
        for key, flip in flips.items():
            if key <= -WIDEST:
                base ^= flip
        keys = [float(-WIDEST), *sorted(inside), float(WIDEST)]
        rules: list[Rules | None] = [None, base]
        for key in keys[1:-1]:
            base ^= inside[key]
            rules.append(base)
        rules.append(None)
        return Ordered(keys if len(keys) <= _SMALL else array("d", keys), rules)

    def _ordered_texts(self) -> Ordered:
        flips = self._flips(str, text_key)
        return Ordered(sorted(flips), self._sweep(flips, str))

    def _named(self) -> Named:
        others = self._base(str)
        names: dict[object, Rules] = {}
        for bit, cell in _cells_of(self.cells, str):
            for point in cell.points or ():
                names[point] = names.get(point, others) ^ (1 << bit)
        return Named(names, others)

    def _base(self, kind: type) -> Rules:
        """The rules that every value of the type gets past, and those that the lowest one does."""
        return _bits(self.cells, lambda cell: cell is None or (_is_cell(cell) and _at_the_bottom(cell, kind)))

    def _flips(self, kind: type, key: Callable[[Cut], Any]) -> dict[Any, Rules]:
        """At each cut the rules that begin or cease to be met there."""
        flips: dict[Any, Rules] = {}
        for bit, cell in _cells_of(self.cells, kind):
            for span in cell.spans:
                for cut in span:
                    if cut is not None:
                        at = key(cut)
                        flips[at] = flips.get(at, 0) ^ (1 << bit)
        return flips

    def _sweep(self, flips: dict[Any, Rules], kind: type) -> list[Rules]:
        here = self._base(kind)
        rules = [here]
        for at in sorted(flips):
            here ^= flips[at]
            rules.append(here)
        return rules


def _bits(cells: Iterable[AnyCell], wanted: Callable[[Any], bool]) -> Rules:
    rules = 0
    for bit, cell in enumerate(cells):
        if wanted(cell):
            rules |= 1 << bit
    return rules


def _is_cell(cell: AnyCell) -> bool:
    return cell is not None and not isinstance(cell, Compiled)


def _has_kind(cell: Any, kind: type) -> bool:
    return _is_cell(cell) and cell.kind is kind


def _cells_of(cells: Sequence[Any], kind: type) -> Iterable[tuple[int, Cell]]:
    return [(bit, cell) for bit, cell in enumerate(cells) if _has_kind(cell, kind)]


def _at_the_bottom(cell: Cell, kind: type) -> bool:
    if cell.kind is not kind:
        return cell.other
    return bool(cell.spans) and cell.spans[0][0] is None


def _odd_met(cell: Cell, key: object) -> bool:
    if key is None or isinstance(key, bool):
        return cell.met_by(key)
    return cell.other


def _odd_noticed(cell: Cell, key: object) -> bool:
    if key is None:
        return cell.null_noticed
    kind = bool if isinstance(key, bool) else key
    return cell.kind is not kind and cell.other_noticed
