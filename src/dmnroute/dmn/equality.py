"""When two outputs are the same value: of one type, and equal; Python's ``True == 1`` must not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dmnroute.feel.values import Value


def same(left: Value, right: Value) -> bool:
    """Whether two FEEL values are equal; nulls are equal to each other."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    return left == right
