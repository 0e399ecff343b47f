"""Type the facts of a project, and say how each field merges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from dmnroute.errors import AgentError
from dmnroute.routing.merge import MERGE_RULES, MergeRule

M = TypeVar("M", bound=type[BaseModel])

_MARK = "__dmnroute_facts__"


@dataclass(frozen=True, slots=True)
class Merge:
    """The merge rule of a fact, as an annotation: ``holders: Annotated[list[Holder], Merge("append")]``."""

    rule: MergeRule

    def __post_init__(self) -> None:
        if self.rule not in MERGE_RULES:
            raise AgentError(
                f"unknown merge rule `{self.rule}`",
                code="merge_rule",
                hint=f"one of {', '.join(MERGE_RULES)}",
            )


def facts(model: M) -> M:
    """Declare a pydantic model as the facts of a project: its field names are known to tables."""
    setattr(model, _MARK, True)
    return model


def is_facts(candidate: object) -> bool:
    """Whether this very class was declared with `@facts` (a subclass isn't by itself)."""
    return isinstance(candidate, type) and _MARK in vars(candidate)


def merge_rules(model: type[BaseModel]) -> dict[str, MergeRule]:
    """The merge rule of each field that has one."""
    return {
        name: note.rule
        for name, field in model.model_fields.items()
        for note in field.metadata
        if isinstance(note, Merge)
    }
