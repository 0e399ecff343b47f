"""`for`, `some` and `every` (DMN 10.3.2.14, 10.3.2.15).

Compiled code nests one `each` per iterator, so a later one can use what an earlier one is at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.feel.notices import NoticeKind, NoValue, Site
from dmnroute.feel.values.date_time import Date, date_of
from dmnroute.feel.values.kinds import a_type_name, type_name
from dmnroute.feel.values.number import is_integer
from dmnroute.feel.values.range import Range

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation


def each(domain: object, visit: Callable[[object], object], evaluation: Evaluation, site: Site) -> bool:
    """Visit every item of the domain, until a visit returns true; tell whether one did."""
    for item in items_of(domain, evaluation, site):
        evaluation.step(site)
        if visit(item) is True:
            return True
    return False


def no_list(domain: object) -> NoValue:
    """The reason why nothing can be visited."""
    return NoValue(f"an iteration takes a list, not a {type_name(domain)}", NoticeKind.TYPE_MISMATCH)


def items_of(domain: object, evaluation: Evaluation, site: Site) -> Iterable[object]:
    """What there is to visit: of a list, of a range, or a single value. Raises NoValue."""
    if type(domain) is list:
        return domain
    if type(domain) is Range:
        return _within(domain, evaluation, site)
    if isinstance(domain, Counting):
        return domain.items()
    if domain is None:
        raise NoValue("an iteration over null", NoticeKind.NULL_OPERAND)
    return [domain]


class Counting:
    """The whole numbers, or the dates, from one to the other, up or down."""

    def __init__(self, start: int, end: int, item: Callable[[int], object]) -> None:
        self._step = 1 if start <= end else -1
        self._numbers = range(start, end + self._step, self._step)
        self._item = item

    def check(self, evaluation: Evaluation, site: Site) -> Counting:
        """Refuse what could never be done, before the first step of it."""
        length = abs(self._numbers.stop - self._numbers.start)
        if length > evaluation.limits.steps:
            evaluation.step(site, length)
        return self

    def items(self) -> Iterable[object]:
        """One by one."""
        return map(self._item, self._numbers)


def counting(start: object, end: object, evaluation: Evaluation, site: Site) -> object:
    """`start..end` of a `for`, which counts down when the end comes first."""
    if isinstance(start, Decimal) and isinstance(end, Decimal) and is_integer(start) and is_integer(end):
        return Counting(int(start), int(end), Decimal).check(evaluation, site)
    if isinstance(start, Date) and isinstance(end, Date):
        return Counting(start.epoch_days, end.epoch_days, date_of).check(evaluation, site)
    kind = NoticeKind.NULL_OPERAND if start is None or end is None else NoticeKind.TYPE_MISMATCH
    message = f"`..` doesn't count from {a_type_name(start)} to {a_type_name(end)}"
    return evaluation.null(kind, message, site, start, end)


def _within(domain: Range, evaluation: Evaluation, site: Site) -> Iterable[object]:
    """The whole numbers, or the dates, of a range; a range never counts down."""
    start, end = _whole(domain.start), _whole(domain.end)
    if start is None or end is None:
        raise NoValue("an iteration over a range needs whole numbers or dates", NoticeKind.TYPE_MISMATCH)
    if start > end:
        raise NoValue("an iteration over a range that ends before it starts", NoticeKind.OUT_OF_DOMAIN)
    first = start if domain.start_included else start + 1
    last = end if domain.end_included else end - 1
    if first > last:
        return []
    item = date_of if isinstance(domain.start, Date) else Decimal
    return Counting(first, last, item).check(evaluation, site).items()


def _whole(value: object) -> int | None:
    if isinstance(value, Date):
        return value.epoch_days
    return int(value) if isinstance(value, Decimal) and is_integer(value) else None


def collect(
    loop: Callable[[list[object], Callable[[object], None]], object], evaluation: Evaluation, site: Site
) -> list[object] | None:
    """`for … return`: all that the loop takes up. The list that grows is `partial`."""
    results: list[object] = []
    try:
        loop(results, results.append)
    except NoValue as reason:
        evaluation.null(reason.kind, reason.message, site)
        return None
    return results


def partial_results(results: object, evaluation: Evaluation, site: Site) -> object:
    """`partial`: what came out up to here; a copy, as the list goes on growing."""
    if type(results) is not list:
        return results
    evaluation.step(site, len(results) // 16)
    return list(results)


def quantify(
    decisive: bool,
    loop: Callable[[Callable[[object], bool]], bool],
    evaluation: Evaluation,
    site: Site,
) -> bool | None:
    """`some` ends at the first true, `every` at the first false; a null leaves it open."""
    doubts = []

    def check(outcome: object) -> bool:
        if outcome is not True and outcome is not False:
            doubts.append(outcome)
        return outcome is decisive

    try:
        if loop(check):
            return decisive
    except NoValue as reason:
        evaluation.null(reason.kind, reason.message, site)
        return None
    if doubts:
        evaluation.null(NoticeKind.NULL_OPERAND, "a condition that is neither true nor false", site)
        return None
    return not decisive
