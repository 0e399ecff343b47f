"""The branches of a fan-out: one per element of `for_each`, or per batch of elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from dmnroute.routing import columns
from dmnroute.routing.columns import Row
from dmnroute.routing.inputs import ITEMS, for_each_element


def elements_of(row: Row) -> Iterator[Mapping[str, Any]]:
    """What each branch of a row gets; a row without `for_each` has one branch, which gets nothing."""
    elements = columns.elements(row, "for_each")
    if elements is None:
        yield {}
        return
    size = columns.whole(row, "batch", lowest=1)
    if size is None:
        yield from map(for_each_element, elements)
        return
    remaining = iter(elements)
    while batch := list(islice(remaining, size)):
        yield {ITEMS: batch}
