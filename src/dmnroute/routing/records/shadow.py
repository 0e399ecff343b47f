"""What a shadow version made of a hop, beside the version that decided it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from dmnroute.routing.records.base import Record
from dmnroute.routing.records.hop import RuleHit

ShadowVerdict: TypeAlias = Literal["same", "differs", "error"]
"""Whether the run would go the same way, another one, or nowhere: the shadow's tables gave no route."""


class Taken(Record):
    """What one version made of a hop."""

    rules: tuple[RuleHit, ...] = ()
    """Those that matched, the rules of the route itself last."""
    way: str
    """Where it sends the run, in words, as in `read_text` or `escalate to reviewers`; of an error, its code."""
    reason: str | None = None
    """What the table says; of an error, its message."""
    error: bool = False

    @property
    def name(self) -> str:
        """``rule 4: read_text``"""
        route = self.rules[-1].decision if self.rules else None
        numbers = [str(hit.rule) for hit in self.rules if hit.decision == route]
        if not numbers:
            return self.way
        return f"{'rule' if len(numbers) == 1 else 'rules'} {', '.join(numbers)}: {self.way}"


class ShadowHop(Record):
    """A hop as the shadow saw it; nothing of it was ever done."""

    run: str
    hop: int
    at: datetime
    policy: str
    tenant: str
    """Whose shadow it is: the run's own tenant, or the default one."""
    version: int
    """Of the shadow."""
    beside: int | None = None
    """The version that decided; null where none could."""
    verdict: ShadowVerdict
    decided: Taken
    shadow: Taken
