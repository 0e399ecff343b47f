"""Functions of booleans (DMN 10.3.4.2)."""

from __future__ import annotations

from dmnroute.feel.builtins.registry import Builtins

builtin = Builtins()


@builtin("not(negand: boolean)")
def negation(negand: bool) -> bool:
    """The other truth value; null stays null."""
    return not negand
