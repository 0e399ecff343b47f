"""Refuse to time engines that differ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def compare(name: str, inputs: Iterable[object], ours: Iterable[object], theirs: Iterable[object]) -> None:
    """End the program where an engine answers otherwise; numbers are compared as the other engines have them."""
    for given, our, their in zip(inputs, ours, theirs, strict=False):
        if plain(our) != plain(their):
            raise SystemExit(f"different results for {given}: dmnroute {plain(our)}, {name} {plain(their)}")


def plain(value: Any) -> object:
    """The value with its numbers as rounded floats; an empty one is null, as some engines mean that nothing matched."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()} or None
    if isinstance(value, list):
        return [plain(each) for each in value] or None
    return value if value is None or isinstance(value, str) else round(float(value), 9)
