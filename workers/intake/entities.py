"""What is found in a document: entities, and relations between them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from dmnroute import Merge, facts

EntityType = Literal[
    "holder", "person", "date", "licence", "amount",
    "cve", "bug", "isbn", "iban", "invoice", "url", "email",
]  # fmt: skip

EvidenceType = Literal["holder", "date", "licence", "identifier", "amount"]

RelationType = Literal["held_by", "licensed_under"]

MAX_ENTITIES = 2_000
"""Of one kind in one document."""


class Entity(BaseModel):
    """Something named in a text."""

    type: EntityType
    text: str = Field(description="as it is written")
    value: str = Field(description="in a normal form, the same for every spelling")
    start: int = Field(description="offset of the first character")
    end: int = Field(description="offset behind the last character")
    confidence: float = Field(description="0-1")
    valid: bool = Field(True, description="false when a checksum or a calendar speaks against it")
    role: str | None = Field(None, description="what an amount is: net, tax or total")

    @property
    def id(self) -> str:
        """The same for every mention."""
        return f"{self.type}:{self.value.casefold()}"


class Relation(BaseModel):
    """A typed edge between two nodes."""

    source: str = Field(description="id of a node")
    target: str = Field(description="id of a node")
    type: RelationType
    confidence: float = Field(description="0-1")


@facts
class IntakeFacts(BaseModel):
    """The facts that several agents write together."""

    relations: Annotated[list[Relation], Merge("append")] = []
    warnings: Annotated[list[str], Merge("union")] = []


def mean_confidence(entities: list[Entity]) -> float:
    """The mean confidence of what was found, 0 when nothing was."""
    if not entities:
        return 0.0
    return round(sum(entity.confidence for entity in entities) / len(entities), 4)


def distinct(entities: list[Entity]) -> list[Entity]:
    """In the order of the text; of two that overlap the one that starts first, then the longer one."""
    kept: list[Entity] = []
    for entity in sorted(entities, key=lambda entity: (entity.start, -entity.end)):
        if not kept or entity.start >= kept[-1].end:
            kept.append(entity)
    return kept[:MAX_ENTITIES]
