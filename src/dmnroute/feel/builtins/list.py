"""Functions of lists (DMN 10.3.4.4)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.feel.builtins.registry import Builtins
from dmnroute.feel.builtins.string import start_index, truncated
from dmnroute.feel.notices import NoticeKind, NoValue
from dmnroute.feel.runtime.calls import invoke
from dmnroute.feel.runtime.equality import STANDARD

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation
    from dmnroute.feel.notices import Site
    from dmnroute.feel.runtime.equality import Comparing
    from dmnroute.feel.values.function import Function

builtin = Builtins()

List = list[object]


@builtin("list contains(list: list, element: Any)", compares=True)
def list_contains(by: Comparing, items: List, element: object) -> bool:
    """Tell whether one of the items equals the element."""
    return by.contains(items, element)


@builtin("count(list: list)")
def count(items: List) -> Decimal:
    """How many items there are."""
    return Decimal(len(items))


@builtin("min(list: list)", compares=True)
def smallest(by: Comparing, items: List) -> object:
    """The smallest item."""
    return _extreme(by, items, -1)


@builtin("min(c: Any…)", compares=True)
def smallest_of(by: Comparing, *items: object) -> object:
    """The smallest argument."""
    return _extreme(by, items, -1)


@builtin("max(list: list)", compares=True)
def largest(by: Comparing, items: List) -> object:
    """The largest item."""
    return _extreme(by, items, 1)


@builtin("max(c: Any…)", compares=True)
def largest_of(by: Comparing, *items: object) -> object:
    """The largest argument."""
    return _extreme(by, items, 1)


def _extreme(by: Comparing, items: Iterable[object], direction: int) -> object:
    best: object = None
    for position, item in enumerate(items):
        rank = by.order(item, item if position == 0 else best)
        if rank is None:
            raise NoValue("the items have no order among each other", NoticeKind.NOT_COMPARABLE)
        if position == 0 or rank * direction > 0:
            best = item
    return best


@builtin("sublist(list: list, start position: number, length?: number | null)")
def sublist(items: List, start: Decimal, length: Decimal | None = None) -> List:
    """A part of the list; positions count from 1, negative ones from the end."""
    first = start_index(truncated(start), len(items))
    if length is None:
        return items[first:]
    end = first + truncated(length)
    if end < first or end > len(items):
        raise NoValue(f"there are no {length:f} items from there on", NoticeKind.OUT_OF_DOMAIN)
    return items[first:end]


@builtin("append(list: list, item: Any…)")
def append(items: List, *more: object) -> List:
    """The list with items added at the end."""
    return [*items, *more]


@builtin("concatenate(list: list…)", evaluation=True)
def concatenate(evaluation: Evaluation, site: Site, *lists: List) -> List:
    """All lists in a row."""
    evaluation.check_size(sum(map(len, lists)), site)
    return [item for items in lists for item in items]


@builtin("insert before(list: list, position: number, newItem: Any)")
def insert_before(items: List, position: Decimal, item: object) -> List:
    """The list with an item added at a position."""
    index = start_index(truncated(position), len(items))
    return [*items[:index], item, *items[index:]]


@builtin("remove(list: list, position: number)")
def remove(items: List, position: Decimal) -> List:
    """The list without the item at a position."""
    index = start_index(truncated(position), len(items))
    return [*items[:index], *items[index + 1 :]]


@builtin("list replace(list: list, position: number, newItem: Any)")
def list_replace(items: List, position: Decimal, item: object) -> List:
    """The list with another item at a position."""
    index = start_index(truncated(position), len(items))
    return [*items[:index], item, *items[index + 1 :]]


@builtin("list replace(list: list, match: function, newItem: Any)", evaluation=True)
def list_replace_matches(evaluation: Evaluation, site: Site, items: List, match: Function, item: object) -> List:
    """The list with another item wherever the function is true."""
    result: List = []
    for before in items:
        outcome = invoke(match, (before, item), evaluation, site)
        if outcome is not True and outcome is not False:
            raise NoValue("the function must give true or false", NoticeKind.TYPE_MISMATCH)
        result.append(item if outcome else before)
    return result


@builtin("reverse(list: list)")
def reverse(items: List) -> List:
    """The list from its end."""
    return items[::-1]


@builtin("index of(list: list, match: Any)", compares=True)
def index_of(by: Comparing, items: List, match: object) -> List:
    """All positions of what equals the match, from 1."""
    return [Decimal(position) for position, item in enumerate(items, 1) if by.equals(item, match) is True]


@builtin("distinct values(list: list)", evaluation=True)
def distinct_values(evaluation: Evaluation, site: Site, items: List) -> List:
    """Each value once, at its first place."""
    return distinct(items, evaluation, site)


@builtin("union(list: list…)", evaluation=True)
def union(evaluation: Evaluation, site: Site, *lists: List) -> List:
    """All lists in a row, each value once."""
    return distinct(concatenate(evaluation, site, *lists), evaluation, site)


_BY_HASH = (str, bool, Decimal, type(None))


def distinct(items: List, evaluation: Evaluation, site: Site, by: Comparing = STANDARD) -> List:
    """Each value once. Plain values are looked up; others are compared one by one, which is counted as work."""
    seen: set[tuple[type, object]] = set()
    others: List = []
    result: List = []
    for item in items:
        if isinstance(item, _BY_HASH):
            key = (type(item), item)
            known = key in seen
            seen.add(key)
        else:
            evaluation.step(site, len(others))
            known = by.contains(others, item)
            if not known:
                others.append(item)
        if not known:
            result.append(item)
    return result


@builtin("flatten(list: list)", evaluation=True)
def flatten(evaluation: Evaluation, site: Site, items: List) -> List:
    """All items of lists within lists in one list."""
    result: List = []
    _flatten(items, result, evaluation, site)
    return result


def _flatten(items: List, result: List, evaluation: Evaluation, site: Site) -> None:
    evaluation.step(site, len(items))
    for item in items:
        if isinstance(item, list):
            _flatten(item, result, evaluation, site)
        else:
            result.append(item)
    evaluation.check_size(len(result), site)


@builtin("sort(list: list, precedes: function)", evaluation=True)
def sort(evaluation: Evaluation, site: Site, items: List, precedes: Function) -> List:
    """The list in the order that the function tells; equal items keep theirs."""
    if not precedes.takes(2):
        raise NoValue("the function must take two values", NoticeKind.TYPE_MISMATCH)

    class Ranked:
        """An item that sorts itself by asking the function."""

        __slots__ = ("item",)

        def __init__(self, item: object) -> None:
            self.item = item

        def __lt__(self, other: Ranked) -> bool:
            return invoke(precedes, (self.item, other.item), evaluation, site) is True

    return [ranked.item for ranked in sorted(map(Ranked, items))]


@builtin("all(list: list)", "all(b: Any…)")
def every(*items: object) -> bool | None:
    """True when all are true, false when one is false, else null."""
    return _decided(items, decisive=False)


@builtin("any(list: list)", "any(b: Any…)")
def some(*items: object) -> bool | None:
    """True when one is true, false when all are false, else null."""
    return _decided(items, decisive=True)


def _decided(arguments: tuple[object, ...], *, decisive: bool) -> bool | None:
    first = arguments[0]
    items: Iterable[object] = first if len(arguments) == 1 and isinstance(first, list) else arguments
    open_question = False
    for item in items:
        if item is decisive:
            return decisive
        open_question = open_question or item is not (not decisive)
    if open_question:
        raise NoValue("an item is neither true nor false", NoticeKind.NULL_OPERAND)
    return not decisive
