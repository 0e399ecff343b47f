"""The branches of a fan-out: one per element of `for_each`, or per batch of elements, each with a key that stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from dmnroute.routing import columns
from dmnroute.routing.columns import Row
from dmnroute.routing.inputs import ITEMS, for_each_element

KEY_FIELDS = ("key", "id")
"""The fields by which elements that are contexts may name their branch."""


@dataclass(frozen=True, slots=True)
class Branch:
    """What one branch of a row gets, and its key; null where the row has only one, without `for_each`."""

    element: Mapping[str, Any]
    key: str | None = None


def branches_of(row: Row) -> list[Branch]:
    """The branches of a row, in order; a row without `for_each` has one, which gets nothing.

    Raises:
        RouteError: `wrong_type`.
    """
    found, said = _branches(row), columns.keys(row)
    if said is None:
        return found
    if len(said) != len(found):
        raise row.wrong("branch", f"as many keys as there are branches ({len(found)})")
    return [Branch(branch.element, key) for branch, key in zip(found, said, strict=True)]


def _branches(row: Row) -> list[Branch]:
    """With the keys that they have by themselves."""
    elements, size = columns.elements(row, "for_each"), columns.whole(row, "batch", lowest=1)
    if elements is None:
        return [Branch({})]
    if size is None:
        return [Branch(for_each_element(each), key) for each, key in zip(elements, own_keys(elements), strict=True)]
    return [Branch({ITEMS: batch}, str(number)) for number, batch in enumerate(_batches(elements, size), 1)]


def _batches(elements: Sequence[Any], size: int) -> Iterator[list[Any]]:
    remaining = iter(elements)
    while batch := list(islice(remaining, size)):
        yield batch


def own_keys(elements: Sequence[Any]) -> list[str | None]:
    """The keys of elements: themselves, their field `key` or `id`; where these don't tell them apart, their index."""
    readers: tuple[Callable[[Any], str | None], ...] = (columns.key_of, *map(_field, KEY_FIELDS))
    for read in readers:
        found = [read(element) for element in elements]
        if None not in found and len(set(found)) == len(found):
            return found
    return _indexes(elements)


def _field(name: str) -> Callable[[Any], str | None]:
    return lambda element: columns.key_of(element.get(name)) if isinstance(element, dict) else None


def _indexes(elements: Sequence[Any]) -> list[str | None]:
    return [str(number) for number in range(1, len(elements) + 1)]


def distinct_keys(named: Sequence[tuple[str, str | None]]) -> list[str | None]:
    """The keys of the steps of a hop, by their names and the keys of their branches: no two are the same.

    A step that is alone has none; one without a branch has its name. Where agents share keys, their name goes before;
    where that isn't enough, the index in the hop is the key.
    """
    if len(named) == 1:
        return [named[0][1]]
    short = [key or name for name, key in named]
    long = [name if key is None else f"{name}/{key}" for name, key in named]
    return next(
        (list[str | None](keys) for keys in (short, long) if len(set(keys)) == len(keys)),
        _indexes(named),
    )
