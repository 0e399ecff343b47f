"""All builtins, by dialect. A new one is a function in a file of this folder; a new file is a line here."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dmnroute.feel.builtins import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmnroute.feel.builtins.registry import Builtin
    from dmnroute.feel.dialect import Dialect

STANDARD: Mapping[str, Builtin] = {
    **number.builtin.table,
}
"""Section 10.3.4 of the standard."""


@cache
def builtins_of(dialect: Dialect) -> Mapping[str, Builtin]:
    """The builtins that expressions of the dialect can call."""
    return STANDARD
