"""Draw relations between works, their holders and their licences."""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import PurePath

from pydantic import BaseModel, Field

from dmnroute import Step, agent

from .documents import Document
from .entities import Entity, Relation, RelationType

_WORK = re.compile(r"^(?:Files|Upstream-Name):[ \t]*(?P<name>\S[^\n]{0,199})", re.MULTILINE)

BESIDE = 0.8
"""How far a relation is trusted where the text doesn't say of which work it speaks: then it is the document."""


class HeldDocument(Document):
    """A document with its holders."""

    text: str
    holders: list[Entity] = Field([])


class LicensedDocument(Document):
    """A document with its licences."""

    text: str
    licences: list[Entity] = Field([])


class Relations(BaseModel):
    """Relations between nodes."""

    relations: list[Relation] = Field(description="each pair once, with its highest confidence")


@agent("relate_holders", cost="0.0010", timeout=30)
def relate_holders(document: HeldDocument, step: Step) -> Relations:
    """Relate each copyright holder to the work that the text names before it."""
    holders = [entity for entity in document.holders if entity.type == "holder"]
    return _related(step, document, holders, document.text, "held_by")


@agent("relate_licences", cost="0.0010", timeout=30)
def relate_licences(document: LicensedDocument, step: Step) -> Relations:
    """Relate each licence to the work that the text names before it."""
    return _related(step, document, document.licences, document.text, "licensed_under")


def document_node(path: str) -> str:
    """The id of the node of the document itself."""
    return f"document:{PurePath(path).name.casefold()}"


def _related(step: Step, document: Document, entities: list[Entity], text: str, kind: RelationType) -> Relations:
    works = [(match.start(), f"work:{' '.join(match['name'].split()).casefold()}") for match in _WORK.finditer(text)]
    best: dict[tuple[str, str], Relation] = {}
    for entity in entities:
        before = bisect_right(works, entity.start, key=lambda work: work[0])
        source = works[before - 1][1] if before else document_node(document.path)
        confidence = round(entity.confidence * (1 if before else BESIDE), 4)
        known = best.get((source, entity.id))
        if known is None or known.confidence < confidence:
            best[source, entity.id] = Relation(source=source, target=entity.id, type=kind, confidence=confidence)
    relations = list(best.values())
    mean = sum(relation.confidence for relation in relations) / (len(relations) or 1)
    step.report(confidence=round(mean, 4), relations=len(relations))
    return Relations(relations=relations)
