"""What kind of value the fields of a model have, in the words of FEEL."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import NoneType
from typing import Any, get_args, get_origin

from pydantic import BaseModel

_KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool,), "boolean"),
    ((int, float, Decimal), "number"),
    ((str,), "text"),
    ((list, tuple, set, frozenset), "list"),
    ((BaseModel, dict), "context"),
)
"""A boolean is an `int` in Python: the first that fits counts."""


def kinds_of(model: type[BaseModel]) -> Mapping[str, str]:
    """The fields whose kind is known: number, text, boolean, list or context; `number | None` is a number."""
    found = {name: _kind(info.annotation) for name, info in model.model_fields.items()}
    return {name: kind for name, kind in found.items() if kind is not None}


def _kind(annotation: Any) -> str | None:
    said = [each for each in get_args(annotation) if each is not NoneType]
    if NoneType in get_args(annotation) and len(said) == 1:
        return _kind(said[0])
    plain = get_origin(annotation) or annotation
    if not isinstance(plain, type):
        return None
    return next((kind for types, kind in _KINDS if issubclass(plain, types)), None)
