"""All builtins, by dialect. A new one is a function in a file of this folder; a new file is a line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from dmnroute.feel.builtins import (
    boolean,
    camunda,
    camunda_lists,
    camunda_values,
    context,
    conversion,
    list,
    number,
    range,
    statistics,
    string,
    temporal,
)
from dmnroute.feel.builtins.registry import Builtin, Overload
from dmnroute.feel.runtime.equality import CAMUNDA

if TYPE_CHECKING:
    from dmnroute.feel.dialect import Dialect

STANDARD: Mapping[str, Builtin] = {
    **conversion.builtin.table,  # 10.3.4.1
    **boolean.builtin.table,  # 10.3.4.2
    **string.builtin.table,  # 10.3.4.3
    **list.builtin.table,  # 10.3.4.4
    **statistics.builtin.table,  # 10.3.4.4
    **number.builtin.table,  # 10.3.4.5
    **temporal.builtin.table,  # 10.3.4.6, 10.3.4.7
    **context.builtin.table,  # 10.3.4.8
    **range.builtin.table,  # 10.3.4.9
}

_NOT_IN_CAMUNDA = frozenset({"is", "range", "list replace"})
_MORE_IN_CAMUNDA = ("date", "date and time", "finished by", "time")
_OTHERWISE_IN_CAMUNDA = {
    *camunda_lists.builtin.table,
    *camunda_values.builtin.table,
    *("context", "matches", "replace", "split"),
}.difference(_MORE_IN_CAMUNDA)
"""Functions of which Camunda has its own signatures only."""
_NOTHING_TO_CONVERT = ("number", "date and time", "duration", "time")
_AS_IT_IS = (
    conversion.number_as_it_is,
    conversion.date_time_as_it_is,
    conversion.duration_as_it_is,
    conversion.time_of_moment,
)
"""A number of a number, and its like: Camunda has none of them."""


@cache
def builtins_of(dialect: Dialect) -> Mapping[str, Builtin]:
    """The builtins that expressions of the dialect can call."""
    if dialect.name == "dmn":
        return STANDARD
    kept = {name: builtin for name, builtin in STANDARD.items() if name not in _NOT_IN_CAMUNDA}
    for name in _NOTHING_TO_CONVERT:
        kept[name] = Builtin(name, tuple(each for each in kept[name].overloads if each.function not in _AS_IT_IS))
    for table in (camunda.builtin.table, camunda_values.builtin.table, camunda_lists.builtin.table):
        for name, own in table.items():
            before = kept[name].overloads if name in kept and name not in _OTHERWISE_IN_CAMUNDA else ()
            kept[name] = Builtin(name, (*own.overloads, *before))
    for name in range.builtin.table.keys() & kept.keys():
        kept[name] = Builtin(name, tuple(map(_without_texts, kept[name].overloads)))
    converts = dialect.single_item_lists
    return {name: replace(builtin, converts=converts, by=CAMUNDA) for name, builtin in kept.items()}


def _without_texts(overload: Overload) -> Overload:
    """Points on a line, but no strings."""
    parameters = (
        replace(parameter, types=tuple(kind for kind in parameter.types if kind is not str))
        for parameter in overload.parameters
    )
    return replace(overload, parameters=tuple(parameters))
