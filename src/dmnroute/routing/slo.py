"""Service levels: how long runs should take, by the settings, and how a run stands. A breach ends nothing by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from dmnroute.routing.history import History
from dmnroute.routing.records.base import Record
from dmnroute.routing.records.run import Limits
from dmnroute.routing.standing import measured


class Slo(Record):
    """How long the runs of a policy, of a tenant, or all runs should take at most."""

    seconds: Decimal = Field(gt=0)
    policy: str | None = None
    tenant: str | None = None

    def covers(self, policy: str, tenant: str) -> bool:
        """Whether it holds for a run."""
        return self.policy in (None, policy) and self.tenant in (None, tenant)

    def __str__(self) -> str:
        """``policy `intake`, tenant `acme```"""
        whose = ("policy", self.policy), ("tenant", self.tenant)
        return ", ".join(f"{what} `{name}`" for what, name in whose if name is not None) or "all runs"


class SloContext(BaseModel):
    """The time of the run: its deadline (`limit`, `remaining`, `ratio`), its SLO (`target`, `left`, `breached`)."""

    model_config = ConfigDict(frozen=True)

    limit: Decimal | None
    """Seconds from the start after which the run is ended; null when there is no such limit."""
    elapsed: Decimal
    remaining: Decimal | None
    """Seconds to the deadline."""
    ratio: Decimal | None
    """Share of the time to the deadline that is over."""
    target: Decimal | None = None
    """Seconds from the start that the run should take at most; null when nobody said."""
    left: Decimal | None = None
    """Seconds to the breach; 0 after it."""
    breached: bool = False


def with_slo(limits: Limits, slos: Sequence[Slo], *, policy: str, tenant: str, is_child: bool) -> Limits:
    """The limits of a new run, with the SLO that is its own: the most special one, of policy and tenant first.

    A child run has no more time than what its parent has left.
    """
    found = [slo for slo in slos if slo.covers(policy, tenant)]
    if not found:
        return limits
    own = max(found, key=lambda slo: (slo.policy is not None, slo.tenant is not None)).seconds
    slo = own if limits.slo is None or not is_child else min(own, limits.slo)
    return limits.model_copy(update={"slo": slo})


def slo_context(history: History, *, now: datetime) -> SloContext:
    """How the time of a run stands."""
    limits, elapsed = history.run.limits, history.elapsed(now)
    deadline, slo = measured(limits.time, elapsed), measured(limits.slo, elapsed)
    breached = limits.slo is not None and slo_left(history, now=now) is None
    return SloContext(
        limit=limits.time,
        elapsed=elapsed,
        remaining=deadline.remaining,
        ratio=deadline.ratio,
        target=limits.slo,
        left=Decimal(0) if breached else slo.remaining,
        breached=breached,
    )


def slo_left(history: History, *, now: datetime) -> Decimal | None:
    """Seconds to the breach of a run's SLO; null when it has none, or the breach is past."""
    target = history.run.limits.slo
    left = None if target is None else target - history.elapsed(now)
    return left if left is not None and left > 0 and not _has_cut(history) else None


def _has_cut(history: History) -> bool:
    """Whether the SLO ended the latest hop: it is breached then, though the clock of a broker may be a bit ahead."""
    hop = history.last
    if hop is None or hop.decision.run != history.run.id:
        return False
    return any(outcome.cut == "slo" for outcome in hop.outcomes.values())
