"""What a plan is made in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dmnroute.routing.allowances import NO_ESTIMATE, allowances
from dmnroute.routing.amounts import Amounts
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.records.run import Run
from dmnroute.routing.records.step import Cut, Estimate


@dataclass(frozen=True, slots=True)
class HopTime:
    """What a table says of the time of a hop, whatever its steps or its wait would take by themselves."""

    timeout: Decimal | None = None
    """Seconds from dispatch."""
    until_slo: bool = False
    """Whether it ends when the run's SLO is breached. A breach ends one hop only: it has no effect after it."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a plan is made in: the run, its facts, and what is left of its limits."""

    run: Run
    hop: int
    now: datetime
    facts: Mapping[str, Any]
    catalogue: Catalogue
    left: Amounts = field(default_factory=Amounts)
    """Of the run's limits; null where there is none."""
    time_left: Decimal | None = None
    """Seconds to the run's deadline; null when there is none."""
    slo_left: Decimal | None = None
    """Seconds to the breach of the run's SLO; null when there is none, or it is past."""
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    """What agents used so far, by name."""

    def estimate(self, agent: str) -> Estimate:
        """What a call of an agent uses on average, as far as it is known."""
        return self.estimates.get(agent, NO_ESTIMATE)

    def allowances(self, said: Sequence[Decimal | None]) -> list[Decimal | None]:
        """What each step may cost of what is left: as said, the others equal parts of the rest; in USD."""
        return allowances(said, self.left.cost, edition=self.run.edition)

    def at_most(self, seconds: Decimal | None) -> Decimal | None:
        """So many seconds, but never past the run's deadline; null is as long as it may take."""
        return min((each for each in (seconds, self.time_left) if each is not None), default=None)

    def allotted(self, seconds: Decimal | None, hop: HopTime) -> tuple[Decimal | None, Cut | None]:
        """So many seconds, within the time of the hop and the run's deadline; and what of the hop made them fewer."""
        slo_left = self.slo_left if hop.until_slo else None
        ends: list[tuple[Decimal | None, Cut | None]] = [
            (hop.timeout, "hop_timeout"),
            (slo_left, "slo"),
            (seconds, None),
        ]
        known = [(end, cut) for end, cut in ends if end is not None]
        shortest, cut = min(known, key=lambda each: each[0], default=(None, None))
        return self.at_most(shortest), cut

    def times(self, seconds: Decimal | None, hop: HopTime) -> dict[str, Any]:
        """The fields of a step that would have so many seconds by itself, sent now."""
        timeout, cut = self.allotted(seconds, hop)
        return {
            "timeout": timeout,
            "deadline": self.after(timeout),
            "cut": cut,
            "uncut": seconds if cut else None,
        }

    def after(self, seconds: Decimal | None) -> datetime | None:
        """The time in so many seconds; null when they never end."""
        return None if seconds is None else self.now + timedelta(microseconds=int(seconds * 1_000_000))
