"""The rules by which the outputs of a fan-out become one fact each."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

CollectRule: TypeAlias = Literal["list", "map", "append", "union", "sum", "min", "max"]
Collect: TypeAlias = CollectRule | dict[str, CollectRule]
"""One rule for all output fields, or one for each of some; the others merge as facts do."""

COLLECT_RULES: tuple[CollectRule, ...] = get_args(CollectRule)

NUMBERS = frozenset({"number"})
ORDERED = frozenset({"number", "text"})


def is_rule(value: Any) -> bool:
    """Whether it is one of the words."""
    return isinstance(value, str) and value in COLLECT_RULES


def rule_for(collect: Collect | None, field: str) -> CollectRule | None:
    """How a field is collected; null when it merges as facts do."""
    return collect.get(field) if isinstance(collect, dict) else collect


def kinds_for(rule: CollectRule) -> frozenset[str] | None:
    """The kinds of value that a rule takes; null is any."""
    match rule:
        case "sum":
            return NUMBERS
        case "min" | "max":
            return ORDERED
        case "list" | "map" | "append" | "union":
            return None
