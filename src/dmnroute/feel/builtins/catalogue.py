"""All builtins, by dialect. A new one is a function in a file of this folder; a new file is a line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from dmnroute.feel.builtins import (
    boolean,
    camunda,
    context,
    conversion,
    list,
    number,
    range,
    statistics,
    string,
    temporal,
)
from dmnroute.feel.builtins.registry import Builtin

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


@cache
def builtins_of(dialect: Dialect) -> Mapping[str, Builtin]:
    """The builtins that expressions of the dialect can call."""
    if dialect.name == "dmn":
        return STANDARD
    kept = {name: builtin for name, builtin in STANDARD.items() if name not in _NOT_IN_CAMUNDA}
    for name, own in camunda.builtin.table.items():
        standard = kept[name].overloads if name in kept else ()
        kept[name] = Builtin(name, (*own.overloads, *standard))
    return {name: replace(builtin, converts=dialect.single_item_lists) for name, builtin in kept.items()}
