"""Check what was found against the evidence, and against itself."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from typing import get_args

from pydantic import BaseModel, Field

from dmnroute import Step, agent

from .documents import Passage
from .entities import Entity, EntityType, EvidenceType, mean_confidence
from .evidence import evidence_lines

EVIDENCE_OF: dict[EntityType, EvidenceType] = {
    "holder": "holder", "person": "holder", "date": "date", "licence": "licence", "amount": "amount",
    "cve": "identifier", "bug": "identifier", "isbn": "identifier", "iban": "identifier",
    "invoice": "identifier", "url": "identifier", "email": "identifier",
}  # fmt: skip


class Findings(Passage):
    """A text, and all that was found in it."""

    holders: list[Entity] = Field([])
    dates: list[Entity] = Field([])
    identifiers: list[Entity] = Field([])
    licences: list[Entity] = Field([])
    amounts: list[Entity] = Field([])

    @property
    def entities(self) -> list[Entity]:
        """All entities in the order of the text."""
        every = [*self.holders, *self.dates, *self.identifiers, *self.licences, *self.amounts]
        return sorted(every, key=lambda entity: (entity.start, entity.type))


class Coverage(BaseModel):
    """Share of the lines with evidence of a kind that ended as an entity, 0-1; null without evidence."""

    holder: float | None = None
    date: float | None = None
    licence: float | None = None
    identifier: float | None = None
    amount: float | None = None


class Validation(BaseModel):
    """How complete and how consistent the findings are."""

    coverage: float | None = Field(description="share of all lines with evidence, 0-1; null without evidence")
    coverage_of: Coverage = Field(description="the same for each kind of entity")
    entity_count: int
    contradictions: list[str] = Field(description="in words, what can't be true")


@agent("validate", cost="0.0004", timeout=30)
def validate(findings: Findings, step: Step) -> Validation:
    """Measure how much of the evidence ended as an entity, and look for contradictions."""
    entities = findings.entities
    covered, total = _covered(findings.text, entities)
    coverage = round(sum(covered.values()) / sum(total.values()), 4) if total else None
    contradictions = [*_invalid(entities), *_wrong_sum(findings.amounts)]
    doubt = len(contradictions) / (len(entities) or 1)
    confidence = (coverage or 0.0) * mean_confidence(entities) * max(0.0, 1 - doubt)
    step.report(confidence=round(confidence, 4), coverage=coverage or 0.0, contradictions=len(contradictions))
    return Validation(
        coverage=coverage,
        coverage_of=Coverage(**{kind: round(covered[kind] / count, 4) for kind, count in total.items()}),
        entity_count=len(entities),
        contradictions=contradictions[:20],
    )


def _covered(text: str, entities: list[Entity]) -> tuple[dict[EvidenceType, int], dict[EvidenceType, int]]:
    """Lines with evidence that hold an entity of their kind, and all of them, by kind."""
    starts = {kind: sorted(item.start for item in entities if EVIDENCE_OF[item.type] == kind)
              for kind in get_args(EvidenceType)}  # fmt: skip
    covered: dict[EvidenceType, int] = {}
    total: dict[EvidenceType, int] = {}
    for item in evidence_lines(text):
        places = starts[item.type]
        before = bisect_right(places, item.end)
        hit = before > 0 and places[before - 1] >= item.start
        total[item.type] = total.get(item.type, 0) + 1
        covered[item.type] = covered.get(item.type, 0) + hit
    return covered, total


def _invalid(entities: list[Entity]) -> list[str]:
    reasons = {"date": "is not in the calendar", "isbn": "has a wrong checksum", "iban": "has a wrong checksum"}
    return [f"{item.text} {reasons.get(item.type, 'is not valid')}" for item in entities if not item.valid]


def _wrong_sum(amounts: list[Entity]) -> list[str]:
    """Net and tax make the total, where an invoice names each of them once."""
    named = {role: [item for item in amounts if item.role == role] for role in ("net", "tax", "total")}
    if any(len(items) != 1 for items in named.values()):
        return []
    net, tax, total = (Decimal(named[role][0].value.split()[0]) for role in ("net", "tax", "total"))
    return [] if net + tax == total else [f"net {net} and tax {tax} make {net + tax}, not {total}"]
