"""Comparison operators, and the tests of unary tests and `in`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dmnroute.feel.notices import NoticeKind, Site
from dmnroute.feel.runtime.equality import STANDARD, Comparing
from dmnroute.feel.values.kinds import type_name
from dmnroute.feel.values.range import Range

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class Operators:
    """The operators of a dialect."""

    by: Comparing

    def equal(self, left: object, right: object, evaluation: Evaluation, site: Site) -> bool | None:
        """`left = right`"""
        kind = type(left)
        if kind is type(right) and (kind is Decimal or kind is str or kind is bool):
            return left == right
        if kind is list or kind is dict:
            evaluation.work(site, len(left))  # type: ignore[arg-type]  # both have a length
        result = self.by.equals(left, right)
        return _incomparable(left, right, evaluation, site) if result is None else result

    def not_equal(self, left: object, right: object, evaluation: Evaluation, site: Site) -> bool | None:
        """`left != right`"""
        result = self.equal(left, right, evaluation, site)
        return None if result is None else not result

    def rank(self, left: object, right: object, evaluation: Evaluation, site: Site) -> int | None:
        """Which comes first; null with a notice when there is no order."""
        rank = self.by.order(left, right)
        if rank is None:
            _incomparable(left, right, evaluation, site)
        return rank

    def less(self, left: object, right: object, evaluation: Evaluation, site: Site) -> bool | None:
        """`left < right`"""
        rank = self.rank(left, right, evaluation, site)
        return None if rank is None else rank < 0

    def less_or_equal(self, left: object, right: object, evaluation: Evaluation, site: Site) -> bool | None:
        """`left <= right`"""
        rank = self.rank(left, right, evaluation, site)
        return None if rank is None else rank <= 0

    def greater(self, left: object, right: object, evaluation: Evaluation, site: Site) -> bool | None:
        """`left > right`"""
        rank = self.rank(left, right, evaluation, site)
        return None if rank is None else rank > 0

    def greater_or_equal(self, left: object, right: object, evaluation: Evaluation, site: Site) -> bool | None:
        """`left >= right`"""
        rank = self.rank(left, right, evaluation, site)
        return None if rank is None else rank >= 0

    def between(self, value: object, low: object, high: object, evaluation: Evaluation, site: Site) -> bool | None:
        """`value between low and high`"""
        above = self.greater_or_equal(value, low, evaluation, site)
        below = self.less_or_equal(value, high, evaluation, site)
        if above is False or below is False:
            return False
        return None if above is None or below is None else True

    def within(self, value: object, range_: object, evaluation: Evaluation, site: Site) -> bool | None:
        """`value in range`"""
        if not isinstance(range_, Range):
            return None
        result = self.by.in_range(value, range_)
        if result is None:
            bound = range_.end if range_.start is None else range_.start
            _incomparable(value, bound, evaluation, site)
        return result

    def is_met(self, value: object, test: object, evaluation: Evaluation, site: Site) -> bool | None:
        """The test of a value by a value: equal to it, an item of it, or within it."""
        if type(test) is Range:
            return self.within(value, test, evaluation, site)
        if type(test) is list:
            evaluation.work(site, len(test))
            return any(self._is_item(value, item) for item in test) or self.by.equals(value, test) is True
        return self.equal(value, test, evaluation, site)

    def is_in(self, value: object, test: object, evaluation: Evaluation, site: Site) -> bool | None:
        """`value in test`: an item of it, within it, or equal to it; what is of another type isn't."""
        if type(test) is Range:
            return self.within(value, test, evaluation, site)
        if type(test) is list:
            evaluation.work(site, len(test))
            return any(self._is_item(value, item) for item in test)
        return self.by.equals(value, test) is True

    def _is_item(self, value: object, item: object) -> bool:
        if type(item) is Range:
            return self.by.in_range(value, item) is True or self.by.equals(value, item) is True
        return self.by.equals(value, item) is True

    def is_met_by_expression(self, value: object, test: object, evaluation: Evaluation, site: Site) -> bool | None:
        """The test of the input by an expression that isn't a literal: true is met whatever the input is."""
        return True if test is True else self.is_met(value, test, evaluation, site)

    def make_range(
        self, start: object, end: object, start_included: bool, end_included: bool, evaluation: Evaluation, site: Site
    ) -> Range | None:
        """`[start..end]`; both endpoints are of one type that has an order."""
        rank = self.rank(start, end, evaluation, site)
        return None if rank is None else Range(start, end, start_included, end_included)


def is_true(value: object, evaluation: Evaluation, site: Site) -> bool | None:
    """The outcome of a test that speaks of `?` itself: only true and false count."""
    if value is None or value is True or value is False:
        return value
    evaluation.null(NoticeKind.TYPE_MISMATCH, f"a test is a condition, not a {type_name(value)}", site, value)
    return None


def comparison_range(operator: str, bound: object, evaluation: Evaluation, site: Site) -> Range | None:
    """`(< 5)`: everything that the comparison is true for, as a range."""
    if bound is None or operator == "!=":
        kind = NoticeKind.NULL_OPERAND if bound is None else NoticeKind.TYPE_MISMATCH
        evaluation.null(kind, f"`({operator} {type_name(bound)})` is no range", site, bound)
        return None
    if operator == "=":
        return Range(bound, bound)
    if operator.startswith("<"):
        return Range(None, bound, False, operator == "<=")
    return Range(bound, None, operator == ">=", False)


def _incomparable(left: object, right: object, evaluation: Evaluation, site: Site) -> Any:
    if left is None or right is None:
        return evaluation.null(NoticeKind.NULL_OPERAND, "a comparison with null", site, left, right)
    message = f"a {type_name(left)} can't be compared with a {type_name(right)}"
    if type(left) is type(right):
        message = f"these values of type {type_name(left)} can't be compared with each other"
    return evaluation.null(NoticeKind.NOT_COMPARABLE, message, site, left, right)


OPERATORS = Operators(STANDARD)
