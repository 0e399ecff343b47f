"""Parts of JSON values by their dotted names, as reports over many recorded runs read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dmnroute.routing.ports.recorded import Leaves


def leaf(value: Any, name: str) -> Any:
    """What has a dotted name; null where it isn't there."""
    for key in name.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def part_of(value: Any, names: Leaves) -> Any:
    """A value with nothing but the named leaves; null stays null."""
    if names is None or value is None:
        return value
    return grown(names, [leaf(value, name) for name in names])


def grown(names: Sequence[str], leaves: Sequence[Any]) -> dict[str, Any]:
    """The value that has these leaves; no name begins with another one."""
    value: dict[str, Any] = {}
    for name, each in zip(names, leaves, strict=True):
        *above, last = name.split(".")
        place = value
        for key in above:
            place = place.setdefault(key, {})
        place[last] = each
    return value
