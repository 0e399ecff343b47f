"""What a cell of conditions means, where it is made of literals alone: which values of which type meet it.

A cell that is not understood here isn't wrong: it is compiled and run, as every cell could be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from dmnroute.feel import ast
from dmnroute.feel.compiler.values import literal_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmnroute.feel.values import Value

Cut: TypeAlias = tuple[Any, bool]
"""A place in the order of values: before a value, or (true) right after it."""
Span: TypeAlias = tuple[Cut | None, Cut | None]
"""From one cut to another; null is open to that side."""


@dataclass(frozen=True, slots=True)
class Test:
    """One of the tests of a cell: `null`, a comparison with a literal, or a range between two."""

    operator: str
    """`null`, `=`, `!=`, `<`, `<=`, `>`, `>=`, or `..`"""
    value: Any = None
    """The bound of a comparison, the start of a range."""
    end: Any = None
    start_included: bool = True
    end_included: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """Which values meet the cell, and which make a notice; two cells of the same meaning are equal."""

    kind: type | None
    """Decimal, str or bool; None when the cell speaks of null only."""
    spans: tuple[Span, ...]
    """The numbers or texts that meet it."""
    points: frozenset[Any] | None
    """Where it only names values: these; they meet it, or (`excluded`) all others of the type do."""
    excluded: bool
    null: bool
    """Whether null meets it."""
    null_noticed: bool
    """Whether null makes a notice."""
    other: bool
    """Whether values of other types meet it."""
    other_noticed: bool
    """Whether values of other types make a notice."""

    def met_by(self, value: Value) -> bool:
        """Whether the value meets the cell."""
        if value is None:
            return self.null
        if type(value) is not self.kind:
            return self.other
        if self.points is not None:
            return (value in self.points) is not self.excluded
        return any(_beyond(value, start) and not _beyond(value, end, whole=False) for start, end in self.spans)


def _beyond(value: Any, cut: Cut | None, *, whole: bool = True) -> bool:
    if cut is None:
        return whole
    return bool(value > cut[0] if cut[1] else value >= cut[0])


def cell_of_tree(tree: ast.Node) -> Cell | None:
    """The meaning of parsed unary tests; null when they are more than literals."""
    if not isinstance(tree, ast.Tests):
        return None
    tests = [_test(node) for node in tree.tests]
    found = [test for test in tests if test is not None]
    return cell_of(found, negated=tree.negated) if len(found) == len(tests) else None


def _test(node: ast.Node) -> Test | None:
    match node:
        case ast.Null():
            return Test("null")
        case ast.ComparisonTest(operator=operator, bound=bound):
            value = literal_value(bound)
            return None if value is None else Test(operator, value)
        case ast.RangeLiteral(start=start, end=end):
            low, high = literal_value(start), literal_value(end)
            if low is None or high is None:
                return None
            return Test("..", low, high, node.start_included, node.end_included)
    value = literal_value(node)
    return None if value is None else Test("=", value)


def cell_of(tests: Sequence[Test], *, negated: bool = False) -> Cell | None:
    """The meaning of tests of which one has to be met (or, negated, none); null when their types are mixed."""
    values = [value for test in tests if test.operator != "null" for value in _values(test)]
    kinds = {type(value) for value in values}
    if len(kinds) > 1 or (bool in kinds and any(test.operator not in ("null", "=") for test in tests)):
        return None
    null, null_noticed = _outcome([_NULL.get(test.operator) for test in tests], negated)
    other, other_noticed = _outcome([False if test.operator == "null" else None for test in tests], negated)
    only_points = all(test.operator in ("null", "=") for test in tests)
    return Cell(
        kind=kinds.pop() if kinds else None,
        spans=_complement(_union(tests)) if negated else _union(tests),
        points=frozenset(values) if only_points else None,
        excluded=negated,
        null=null,
        null_noticed=null_noticed,
        other=other,
        other_noticed=other_noticed,
    )


_NULL = {"null": True, "=": False, "!=": True}
"""What null makes of a test; of the others null, with a notice."""


def _values(test: Test) -> tuple[Any, ...]:
    return (test.value, test.end) if test.operator == ".." else (test.value,)


def _outcome(outcomes: Sequence[bool | None], negated: bool) -> tuple[bool, bool]:
    """Whether the cell is met, and whether there is a notice; tests after one that is met aren't looked at."""
    looked_at = list(outcomes[: outcomes.index(True) + 1]) if True in outcomes else list(outcomes)
    noticed = None in looked_at
    outcome = True if True in looked_at else None if noticed else False
    return outcome is (not negated), noticed


def _union(tests: Sequence[Test]) -> tuple[Span, ...]:
    spans = [span for test in tests for span in _spans(test) if _is_filled(span)]
    if len(spans) < 2:
        return tuple(spans)
    spans.sort(key=lambda span: (span[0] is not None, span[0]))
    merged: list[Span] = []
    for start, end in spans:
        if merged and (merged[-1][1] is None or start is None or start <= merged[-1][1]):
            before = merged.pop()
            start = before[0]
            end = None if before[1] is None or end is None else max(before[1], end)
        merged.append((start, end))
    return tuple(merged)


def _spans(test: Test) -> tuple[Span, ...]:
    value = test.value
    if isinstance(value, bool):
        return ()
    match test.operator:
        case "=":
            return (((value, False), (value, True)),)
        case "!=":
            return ((None, (value, False)), ((value, True), None))
        case "<" | "<=":
            return ((None, (value, test.operator == "<=")),)
        case ">" | ">=":
            return (((value, test.operator == ">"), None),)
        case "..":
            return (((value, not test.start_included), (test.end, test.end_included)),)
    return ()


def _is_filled(span: Span) -> bool:
    start, end = span
    return start is None or end is None or start < end


def _complement(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    gaps: list[Span] = []
    here: Cut | None = None
    for start, end in spans:
        if start is not None:
            gaps.append((here, start))
        if end is None:
            return tuple(gaps)
        here = end
    return (*gaps, (here, None))
