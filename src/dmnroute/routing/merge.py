"""How the outputs of agents become facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from dmnroute.errors import RouteError
from dmnroute.routing.shown import shown

MergeRule = Literal["latest", "append", "union", "sum", "min", "max"]

MERGE_RULES: tuple[MergeRule, ...] = ("latest", "append", "union", "sum", "min", "max")


def merge(facts: dict[str, Any], output: Mapping[str, Any], rules: Mapping[str, MergeRule]) -> None:
    """Take one output into the facts, field by field. Null is no news: it never replaces a fact.

    Raises:
        RouteError: `merge`, when a value can't be added to or compared with the fact.
    """
    for name, value in output.items():
        if value is None:
            continue
        rule = rules.get(name, "latest")
        if not fits(rule, facts.get(name), value):
            raise RouteError(
                f"fact `{name}` merges by `{rule}`, and {shown(value)} can't be merged with {shown(facts.get(name))}",
                code="merge",
                hint="agents must report numbers for `sum`, numbers or texts of one kind for `min` and `max`",
            )
        facts[name] = combined(rule, facts.get(name), value)


def fits(rule: MergeRule, old: Any, new: Any) -> bool:
    """Whether a value goes together with the fact by a rule."""
    if rule not in ("sum", "min", "max"):
        return True
    kinds = {_kind(new)} if old is None else {_kind(old), _kind(new)}
    return kinds == {"number"} or (kinds == {"text"} and rule != "sum")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | Decimal) else "text" if isinstance(value, str) else "other"


def combined(rule: MergeRule, old: Any, new: Any) -> Any:
    """The fact and the value in one; null is no fact yet."""
    match rule:
        case "append":
            return [*_as_list(old), *_as_list(new)]
        case "union":
            return _distinct([*_as_list(old), *_as_list(new)])
        case "sum":
            return (0 if old is None else old) + new
        case "min":
            return new if old is None else min(old, new)
        case "max":
            return new if old is None else max(old, new)
        case "latest":
            return new


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _distinct(values: Iterable[Any]) -> list[Any]:
    """Elements may be contexts, which don't hash: compare one by one, keep the first."""
    kept: list[Any] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept
