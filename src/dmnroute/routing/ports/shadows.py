"""What shadow versions made of hops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dmnroute.routing.records.shadow import ShadowHop, ShadowVerdict


@dataclass(frozen=True, slots=True)
class ShadowMove:
    """Hops of which two versions said the same two things."""

    verdict: ShadowVerdict
    before: str
    """What decided, as in ``rule 4: read_text``."""
    after: str
    """What the shadow said."""
    hops: int
    runs: int
    example: tuple[str, int]
    """The run and hop that come first by name."""


class ShadowStore(Protocol):
    """Kept with the hop that a shadow was asked about (`HopWrite.shadow`); a hop decided anew replaces it."""

    async def shadows(self, run: str) -> list[ShadowHop]:
        """What shadows made of a run's hops, in their order."""
        ...

    async def shadow_moves(self, policy: str, version: int, tenant: str, *, since: datetime) -> list[ShadowMove]:
        """What a tenant's shadow made of hops since a moment; the most hops first, then by `before` and `after`."""
        ...
