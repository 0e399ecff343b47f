"""Functions of lists and strings that Camunda has under the same names and reads differently."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.feel.builtins.list import List, distinct, largest, smallest
from dmnroute.feel.builtins.list import sort as sort_by
from dmnroute.feel.builtins.registry import Builtins
from dmnroute.feel.builtins.string import truncated
from dmnroute.feel.notices import Fails, NoticeKind, NoValue
from dmnroute.feel.runtime.camunda_comparison import counts_as_comparable
from dmnroute.feel.runtime.equality import CAMUNDA
from dmnroute.feel.values.function import Function

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dmnroute.feel.evaluation import Evaluation
    from dmnroute.feel.notices import Site
    from dmnroute.feel.runtime.equality import Comparing

builtin = Builtins()


def _index(position: Decimal, length: int) -> int:
    """The index from 0 of a position from 1 or from the end; beyond an end it is that end."""
    whole = truncated(position)
    if whole == 0:
        raise NoValue("there is no position 0", NoticeKind.OUT_OF_DOMAIN)
    return min(whole - 1, length) if whole > 0 else max(length + whole, 0)


@builtin("insert before(list: list, position: number, newItem: Any)")
def insert_before(items: List, position: Decimal, item: object) -> List:
    """The list with an item added at a position; beyond an end, at that end."""
    index = _index(position, len(items))
    return [*items[:index], item, *items[index:]]


@builtin("remove(list: list, position: number)")
def remove(items: List, position: Decimal) -> List:
    """The list without the item at a position; unchanged where there is none."""
    _index(position, len(items))
    whole = truncated(position)
    index = whole - 1 if whole > 0 else len(items) + whole
    return [item for place, item in enumerate(items) if place != index]


@builtin(
    "sublist(list: list, start: number)",
    "sublist(list: list, start: number, length: number)",
)
def sublist(items: List, start: Decimal, length: Decimal | None = None) -> List:
    """A part of the list, as much as there is of it."""
    first = _index(start, len(items))
    if length is None:
        return items[first:]
    if start < 0 and len(items) + truncated(start) < 0:
        return []
    return items[first : first + max(0, truncated(length))]


@builtin("concatenate(lists: list)", "concatenate(lists: Any…)", evaluation=True)
def concatenate(evaluation: Evaluation, site: Site, *lists: object) -> List:
    """All lists in a row; what is no list is an item."""
    parts = _parts(lists)
    evaluation.check_size(sum(map(len, parts)), site)
    return [item for part in parts for item in part]


def _parts(lists: tuple[object, ...]) -> list[List]:
    """A single argument that is a list holds the lists."""
    given = lists[0] if len(lists) == 1 and isinstance(lists[0], list) else list(lists)
    return [part if isinstance(part, list) else [part] for part in given]


@builtin("union(lists: list)", "union(lists: Any…)", evaluation=True)
def union(evaluation: Evaluation, site: Site, *lists: object) -> List:
    """All lists in a row, each value once."""
    return distinct(concatenate(evaluation, site, *lists), evaluation, site, CAMUNDA)


@builtin("append(list: list, items: Any…)")
def append(items: List, *more: object) -> List:
    """The list with items added at the end."""
    return [*items, *more]


@builtin("min(list: list)", "min(c: Any…)", compares=True)
def least(by: Comparing, *items: object) -> object:
    """The smallest item."""
    return _extreme(by, items, smallest)


@builtin("max(list: list)", "max(c: Any…)", compares=True)
def greatest(by: Comparing, *items: object) -> object:
    """The largest item."""
    return _extreme(by, items, largest)


def _extreme(by: Comparing, given: tuple[object, ...], choose: Callable[[Comparing, List], object]) -> object:
    """A list by itself is its own smallest and largest; several can't be compared."""
    items = given[0] if len(given) == 1 and isinstance(given[0], list) else list(given)
    if items and all(isinstance(item, list) for item in items) and counts_as_comparable(items[0]):
        if len(items) > 1:
            raise Fails("lists can't be compared")
        return items[0]
    return choose(by, items)


@builtin("distinct values(list: list)", evaluation=True)
def distinct_values(evaluation: Evaluation, site: Site, items: List) -> List:
    """Each value once, at its first place."""
    return distinct(items, evaluation, site, CAMUNDA)


_NO_ORDER = "the function must take two values and give true or false"


@builtin("sort(list: list, precedes: function)", evaluation=True)
def sort(evaluation: Evaluation, site: Site, items: List, precedes: Function) -> List:
    """The list in the order that the function tells, which must do so for all that it is asked."""
    if items and not precedes.takes(2):
        raise NoValue(_NO_ORDER, NoticeKind.TYPE_MISMATCH)
    before = len(evaluation.notices)
    answers: set[object] = set()

    def asked(values: Mapping[str, object], inner: Evaluation) -> object:
        answer = precedes.body(values, inner)
        answers.add(type(answer))
        return answer

    ordered = (
        items if not items else sort_by(evaluation, site, items, Function(precedes.name, precedes.parameters, asked))
    )
    if answers - {bool}:
        del evaluation.notices[before:]
        raise NoValue(_NO_ORDER, NoticeKind.TYPE_MISMATCH)
    return ordered


@builtin("substring(string: string, start position: number)")
def substring_from(string: str, start: Decimal) -> str:
    """The end of the string from a position on."""
    return string[_start(string, start) :]


@builtin("substring(string: string, start position: number, length: number)")
def substring(string: str, start: Decimal, length: Decimal) -> str:
    """A part of the string, as much as there is of it."""
    first = _start(string, start)
    end = first + truncated(length)
    if end < first:
        raise Fails(f"a length of {length:f} is none")
    return string[first:end]


def _start(string: str, start: Decimal) -> int:
    """The index from 0 of a position; 0 is the end."""
    whole = truncated(start)
    index = whole - 1 if whole > 0 else len(string) + whole
    if not 0 <= index <= len(string):
        raise Fails(f"there is no position {whole} in a length of {len(string)}")
    return index
