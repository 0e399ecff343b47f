"""One change between two models, as data and in words."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    """What has changed."""

    CELL = "cell"
    RULE_ADDED = "rule_added"
    RULE_REMOVED = "rule_removed"
    RULE_MOVED = "rule_moved"
    NOTE = "note"
    """An annotation or a description of a rule."""
    COLUMN_ADDED = "column_added"
    COLUMN_REMOVED = "column_removed"
    COLUMN = "column"
    """A column's expression, name, type, values or default."""
    HIT_POLICY = "hit_policy"
    EXPRESSION = "expression"
    REQUIREMENT = "requirement"
    NAME = "name"
    ELEMENT_ADDED = "element_added"
    ELEMENT_REMOVED = "element_removed"
    TYPE = "type"
    """An item definition."""


@dataclass(frozen=True, slots=True)
class CellChange:
    """A change, and where: rules are counted from 1, as they stand in the new table (removed ones: in the old)."""

    kind: ChangeKind
    decision: str
    words: str
    rule: int | None = None
    column: str = ""
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        """``Route rule 7, confidence: `< 0.70` → `< 0.55```"""
        return self.words


def change(
    kind: ChangeKind,
    decision: str,
    what: str = "",
    *,
    rule: int | None = None,
    column: str = "",
    old: str = "",
    new: str = "",
) -> CellChange:
    """A change with its words: either ``what`` happened, or the old and the new text."""
    place = decision if rule is None else f"{decision} rule {rule}"
    place = f"{place}, {column}" if column else place
    words = f"{place}: {what or f'{_quoted(old)} → {_quoted(new)}'}"
    return CellChange(kind, decision, words, rule, column, old, new)


def _quoted(text: str) -> str:
    return f"`{text}`" if text else "empty"


_NOT_CONTENT = frozenset({"id", "line", "label", "description"})


def content(thing: object) -> object:
    """What a piece of a model says, without ids, lines and descriptions: equal when it means the same."""
    if isinstance(thing, tuple):
        return tuple(content(item) for item in thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        named = ((field.name, content(getattr(thing, field.name))) for field in fields(thing))
        return (type(thing).__name__, *(pair for pair in named if pair[0] not in _NOT_CONTENT))
    return thing
