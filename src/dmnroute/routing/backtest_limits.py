"""How much of what was recorded a new version of a policy may change."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field


class BacktestLimits(BaseModel):
    """What a draft may change of what was recorded; shares are 0-1, null is no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(7, ge=1)
    """Runs that were started in so many days are looked at."""
    changed_hops: Decimal | None = Field(None, ge=0, le=1)
    """Of the hops that tables decided."""
    changed_runs: Decimal | None = Field(None, ge=0, le=1)
    stops: bool = False
    """Whether it may leave hops undecided, so that runs would stop."""
