"""What generated code does with values."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dmnroute.dmn.index.order import float_of
from dmnroute.dmn.types import BASIC, Mismatch

if TYPE_CHECKING:
    from dmnroute.dmn.types import Types
    from dmnroute.feel import Evaluation
    from dmnroute.feel.values import Value


class Doubt(Exception):
    """Raised within a program: the long way has to decide."""


def part(value: Any, key: str) -> object:
    """`value.key` where the value is a plain context or null; what isn't there is null."""
    if value is None:
        return None
    if type(value) is not dict:
        raise Doubt
    return value.get(key)


def plainly(value: Value) -> Value:
    """The value as tables look it up best: numbers as floats where these mean exactly the same."""
    if isinstance(value, Decimal):
        twin = float_of(value)
        return value if twin is None else twin
    if isinstance(value, dict):
        return {key: plainly(each) for key, each in value.items()}
    return value


class Hold:
    """Holds a value to types, one after the other; what isn't of them is null, under Camunda an error."""

    def __init__(self, types: Types, names: tuple[str, ...]) -> None:
        self._types = types
        self._names = names

    def __call__(self, value: Value) -> Value:
        for name in self._names:
            held = self._types.conform(value, name)
            if isinstance(held, Mismatch):
                if self._types.camunda:
                    raise Doubt
                return None
            value = held
        return value


def is_open(type_ref: str, types: Types) -> bool:
    """Whether every value is of the type as it is."""
    return type_ref in ("", "Any") or (type_ref not in BASIC and type_ref not in types.definitions)


def keeps(type_refs: tuple[str, ...], kind: type, types: Types) -> bool:
    """Whether every value of the kind is of all these types as it is."""
    return all(BASIC.get(name) is kind or is_open(name, types) for name in type_refs)


def is_unchanged(value: Value, type_refs: tuple[str, ...], types: Types, evaluation: Evaluation | None = None) -> bool:
    """Whether the value is of all the types as it is."""
    for name in type_refs:
        held = types.conform(value, name, evaluation)
        if isinstance(held, Mismatch) or type(held) is not type(value) or held != value:
            return False
    return True
