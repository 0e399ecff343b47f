"""A table's index in the shape that generated code looks into, and the way for values that it doesn't expect."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dmnroute.dmn.index.column import Named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dmnroute.dmn.index.block import Block
    from dmnroute.dmn.index.table import TableIndex
    from dmnroute.feel.values import Value

Leaf = tuple[Any, ...]
"""Of one block, for each column that is looked at two items, and last the indices of its rules in the table."""


class Lookup:
    """The columns that rules are looked up by, each with the type that most of its cells speak of."""

    def __init__(self, index: TableIndex) -> None:
        self.index = index
        self.kinds: dict[int, type] = {}
        """Decimal or str by column; columns without a relevant cell aren't among them."""
        for number, cells in enumerate(index.cells):
            kinds = Counter(getattr(cell, "kind", None) for cell in cells if cell is not None)
            if kinds:
                kind = kinds.most_common(1)[0][0]
                self.kinds[number] = kind if kind in (Decimal, str) else object
        self.named = {number for number, kind in self.kinds.items() if kind is str and self._is_named(number)}
        """The columns of texts that are looked up by name; the others are by order."""
        self._parts: dict[Any, tuple[Leaf, ...]] = {}

    @property
    def looked_at(self) -> list[int]:
        """The columns of a leaf."""
        return [number for number in self.kinds if number != self.index.parting]

    @property
    def parts(self) -> dict[Any, tuple[Leaf, ...]]:
        """The leaves by the text of the parting column, as far as they were asked for; null is the key of a whole."""
        return self._parts

    def grow(self, value: Value) -> tuple[Leaf, ...]:
        """The leaves for a text that isn't among the parts, or not yet."""
        blocks = self.index.part(value)
        leaves = self._parts.get(blocks)
        if leaves is None:
            self._parts[blocks] = leaves = tuple(self._leaf(block) for block in blocks)
        if self.index.parting is None or self.index.names(value):
            self._parts[value] = leaves
        return leaves

    def indices(self, values: Sequence[Value]) -> Iterator[int]:
        """The rules that FEEL values of whatever type get past, by their indices."""
        parting = self.index.parting
        for block in self.index.whole if parting is None else self.index.part(values[parting]):
            yield from block.indices(block.met(values))

    def _is_named(self, number: int) -> bool:
        return all(
            getattr(cell, "points", None) is not None
            for cell in set(self.index.cells[number])
            if getattr(cell, "kind", None) is str
        )

    def _leaf(self, block: Block) -> Leaf:
        leaf: list[Any] = []
        for number in self.looked_at:
            column, kind = block.column(number), self.kinds[number]
            if kind is Decimal:
                leaf += (column.numbers().keys, column.numbers().rules)
            elif kind is str:
                texts = column.texts()
                if number in self.named:
                    assert isinstance(texts, Named)
                    leaf += (texts.rules, texts.others)
                else:
                    leaf += _ordered(texts)
            else:
                leaf += (column, None)
        return (*leaf, block.rules)


def _ordered(texts: Any) -> tuple[Any, Any]:
    """A block may happen to know only names of a column that is looked up by order."""
    if not isinstance(texts, Named):
        return texts.keys, texts.rules
    keys: list[str] = []
    rules = [texts.others]
    for value in sorted(texts.rules):
        if keys and keys[-1] == value:
            keys.pop()
            rules.pop()
        keys += [value, value + "\0"]
        rules += [texts.rules[value], texts.others]
    return keys, rules
