"""How the runs of a canary are doing beside those of the active version, and what its guard says of that."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from dmnroute.routing.records.base import Record
from dmnroute.routing.records.hop import RuleHit

Verdict: TypeAlias = Literal["continue", "rollback", "promote"]
"""The canary goes on; it is taken back; it becomes the active version."""


class TrialFigures(Record):
    """Of the runs that one version decides, started since the canary began. Null: nothing is known yet."""

    version: int
    runs: int = 0
    """Started."""
    ended: int = 0
    """Completed, failed or cancelled."""
    completed: int = 0
    failed: int = 0
    stopped: int = 0
    """Stand still now because of a mistake in the policy."""
    escalated: int = 0
    """Have asked people at least once."""
    error_rate: Decimal | None = None
    """The share (0-1) of failed and stopped runs among those that completed, failed or stopped."""
    escalation_rate: Decimal | None = None
    """The share (0-1) of runs that have asked people, among all."""
    cost_mean: Decimal | None = None
    """USD of the runs that completed or failed."""
    latency_mean: Decimal | None = None
    """Seconds from the start to the end of the runs that completed or failed."""
    latency_p95: Decimal | None = None
    hops_mean: Decimal | None = None


class TrialContext(Record):
    """What a guard can read."""

    policy: str
    tenant: str
    """Whose canary it is; `default` for all tenants without versions of their own."""
    share: Decimal
    """Of new runs that the canary takes (0-1)."""
    elapsed: Decimal
    """Seconds since the canary began."""
    canary: TrialFigures
    active: TrialFigures


class Judgement(Record):
    """What a guard says, and of which figures."""

    verdict: Verdict
    rules: tuple[RuleHit, ...] = ()
    reason: str | None = None
    seen: TrialContext
