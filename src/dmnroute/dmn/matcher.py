"""Find the rules that match: the seam behind which an index may take the place of a scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dmnroute.dmn.run import placed
from dmnroute.errors import FeelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dmnroute.dmn.run import Run
    from dmnroute.errors import Place
    from dmnroute.feel import UnaryTests
    from dmnroute.feel.values import Value


class Matcher(Protocol):
    """Takes the values of the input columns and yields the indices of matching rules, from 0, top down.

    Rules are looked at only as far as the caller iterates, so FIRST ends at its first match.
    """

    def match(self, values: Sequence[Value], scope: Mapping[str, Value], run: Run) -> Iterator[int]: ...


@dataclass(frozen=True, slots=True)
class ScanMatcher:
    """Looks at the rules one after the other, and in a rule at its cells up to the first that isn't met."""

    rules: tuple[tuple[tuple[int, UnaryTests], ...], ...]
    """For each rule its relevant cells (not `-`, not empty) with the index of their column."""
    place: Callable[[int, int], Place]
    """The place of a cell, from the indices of its rule and column."""

    def match(self, values: Sequence[Value], scope: Mapping[str, Value], run: Run) -> Iterator[int]:
        """Yield the indices of the rules all of whose cells are met."""
        for index, cells in enumerate(self.rules):
            for column, tests in cells:
                if self._test(tests, values[column], scope, run, index, column) is not True:
                    break
            else:
                yield index

    def _test(
        self, tests: UnaryTests, value: Value, scope: Mapping[str, Value], run: Run, rule: int, column: int
    ) -> Value:
        try:
            met = tests.run(value, scope, run.evaluation)
        except FeelError as error:
            raise placed(error, self.place(rule, column)) from error
        if run.evaluation.notices:
            run.collect(lambda: self.place(rule, column))
        return met
