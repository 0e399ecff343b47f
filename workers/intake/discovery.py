"""Discover what kinds of entities and relations a text has to offer."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from pydantic import BaseModel, Field

from dmnroute import Step, agent

from .documents import Passage
from .entities import EvidenceType, RelationType
from .evidence import Evidence, evidence_lines


class Discovery(BaseModel):
    """Which extractors are worth their price."""

    entity_types: list[EvidenceType] = Field(description="kinds of entities that the text gives evidence of")
    relation_types: list[RelationType] = Field(description="kinds of relations that can be drawn between them")
    evidence: dict[str, int] = Field(description="kind of entity → number of lines that give evidence of it")


@agent("discover", cost="0.0003", timeout=30)
def discover(passage: Passage, step: Step) -> Discovery:
    """Look for evidence of entities line by line, by wide and cheap patterns."""
    found = evidence_lines(passage.text)
    counts = Counter(item.type for item in found)
    types = [kind for kind in get_args(EvidenceType) if counts[kind]]
    step.report(confidence=_confidence(passage.text, found), evidence_lines=len(found))
    return Discovery(
        entity_types=types,
        relation_types=_relations(found),
        evidence={kind: counts[kind] for kind in types},
    )


def _relations(found: list[Evidence]) -> list[RelationType]:
    explicit = {item.type for item in found if item.type == "licence" or item.strength == 1.0}
    relations: list[RelationType] = ["held_by"] if "holder" in explicit else []
    return [*relations, "licensed_under"] if "licence" in explicit else relations


def _confidence(text: str, found: list[Evidence]) -> float:
    """The mean strength of the evidence; without any, how much of the text is made of words at all."""
    if found:
        return round(sum(item.strength for item in found) / len(found), 4)
    words = text.split()
    legible = sum(1 for word in words if sum(map(str.isalpha, word)) > len(word) / 2)
    return round(legible / len(words), 4) if words else 0.0
