"""Find the rules that match: one after the other, or by an index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dmnroute.dmn.index.block import Block
    from dmnroute.dmn.index.table import TableIndex
    from dmnroute.dmn.run import Run
    from dmnroute.dmn.unary_tests import Tests
    from dmnroute.errors import Place
    from dmnroute.feel.values import Value


class Matcher(Protocol):
    """Takes the values of the input columns and yields the indices of matching rules, from 0, top down.

    Rules are looked at only as far as the caller iterates, so FIRST ends at its first match.
    """

    def match(self, values: Sequence[Value], scope: Mapping[str, Value], run: Run) -> Iterator[int]: ...


@dataclass(frozen=True, slots=True)
class ScanMatcher:
    """Looks at the rules one after the other, and in a rule at its cells up to the first that isn't met."""

    rules: tuple[tuple[Tests | None, ...], ...]
    """For each rule its cells by column; null where they are always met: `-`, or empty."""
    place: Callable[[int, int], Place]
    """The place of a cell, from the indices of its rule and column."""

    def match(self, values: Sequence[Value], scope: Mapping[str, Value], run: Run) -> Iterator[int]:
        """Yield the indices of the rules all of whose cells are met."""
        return (index for index in range(len(self.rules)) if self.is_met(index, values, scope, run))

    def is_met(self, rule: int, values: Sequence[Value], scope: Mapping[str, Value], run: Run) -> bool:
        """Whether all cells of a rule are met."""
        return all(
            tests is None or run.test(tests, values[column], scope, partial(self.place, rule, column)) is True
            for column, tests in enumerate(self.rules[rule])
        )


@dataclass(frozen=True, slots=True)
class IndexMatcher:
    """Looks the rules up. Runs only cells that the index doesn't know, or whose notices are due."""

    index: TableIndex
    scan: ScanMatcher

    def match(self, values: Sequence[Value], scope: Mapping[str, Value], run: Run) -> Iterator[int]:
        """Yield the same as a scan, and leave the same notices."""
        if self.index.is_quiet(values):
            parting = self.index.parting
            for block in self.index.whole if parting is None else self.index.part(values[parting]):
                yield from block.indices(block.met(values))
            return
        for block in self.index.whole:
            yield from self._run(block, values, scope, run)

    def _run(self, block: Block, values: Sequence[Value], scope: Mapping[str, Value], run: Run) -> Iterator[int]:
        possible, running = block.unsettled(values)
        unsure = frozenset(block.indices(running))
        for index in block.indices(possible):
            if index not in unsure or self.scan.is_met(index, values, scope, run):
                yield index
