"""Names, paths and filters."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from dmnroute.feel.notices import NoticeKind, Site, shown
from dmnroute.feel.runtime.properties import PROPERTIES
from dmnroute.feel.values.kinds import type_name
from dmnroute.feel.values.number import is_integer

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation

MISSING = object()
"""Stands for a name that isn't in scope; never seen outside of compiled code."""


def unknown_name(name: str, evaluation: Evaluation, site: Site) -> None:
    """A name that nothing in scope has."""
    evaluation.null(NoticeKind.UNKNOWN_NAME, f"nothing is called `{name}`", site)


def no_temporal(text: str, evaluation: Evaluation, site: Site) -> None:
    """An `@"…"` literal that is neither date nor time nor duration."""
    message = f"{shown(text)} is no date, time, date and time or duration"
    evaluation.null(NoticeKind.INVALID_ARGUMENT, message, site)


def repeated_key(key: str, evaluation: Evaluation, site: Site) -> None:
    """A context that has a key twice: none of the values is what is meant (DMN 10.3.2.6)."""
    evaluation.null(NoticeKind.INVALID_ARGUMENT, f"the context has the key `{key}` twice", site)


def path(source: object, key: str, evaluation: Evaluation, site: Site) -> object:
    """`source.key`; over a list it maps."""
    if type(source) is dict:
        if key in source:
            return source[key]
        return evaluation.null(NoticeKind.UNKNOWN_KEY, f"the context has no `{key}`", site, source)
    if type(source) is list:
        evaluation.step(site, len(source))
        return [path(item, key, evaluation, site) for item in source]
    if source is None:
        return evaluation.null(NoticeKind.NULL_PATH, f"`.{key}` of null", site)
    read = PROPERTIES.get(type(source), {}).get(key)
    if read is None:
        message = f"a {type_name(source)} has no `{key}`"
        return evaluation.null(NoticeKind.UNKNOWN_KEY, message, site, source)
    return read(source)


def filtered(source: object, condition: Callable[[object], object], evaluation: Evaluation, site: Site) -> object:
    """`source[condition]`: the items that the condition is true for, or the item at an index."""
    if source is None:
        return evaluation.null(NoticeKind.NULL_PATH, "a filter on null", site)
    items: list[object] = source if type(source) is list else [source]
    evaluation.step(site, len(items))
    kept = []
    for item in items:
        outcome = condition(item)
        if outcome is True:
            kept.append(item)
        elif type(outcome) is Decimal:
            return at_index(items, outcome, evaluation, site)
    return kept if items else _of_empty_list(condition, evaluation, site)


def _of_empty_list(condition: Callable[[object], object], evaluation: Evaluation, site: Site) -> object:
    """A filter gives an empty list, an index null; which of them it is only shows by trying."""
    noticed = len(evaluation.notices)
    outcome = condition(None)
    del evaluation.notices[noticed:]
    return at_index([], outcome, evaluation, site) if type(outcome) is Decimal else []


def without_fraction(outcome: object) -> object:
    """An index as Camunda takes it."""
    return outcome.to_integral_value(ROUND_DOWN) if isinstance(outcome, Decimal) else outcome


def at_index(source: object, index: Decimal, evaluation: Evaluation, site: Site) -> object:
    """`source[index]`; counted from 1, negative ones from the end."""
    if source is None:
        return evaluation.null(NoticeKind.NULL_PATH, "an index on null", site)
    items: list[object] = source if type(source) is list else [source]
    if index and is_integer(index) and abs(index) <= len(items):
        position = int(index)
        return items[position - 1 if position > 0 else position]
    message = f"there is no item {index:f} in a list of {len(items)}" if abs(index) < 10**9 else "no such item"
    return evaluation.null(NoticeKind.OUT_OF_DOMAIN, message, site, source, index)
