"""What people are asked about a claim."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

from dmnroute import form


@form("claim_check")
class ClaimCheck(BaseModel):
    """Should this claim be paid?"""

    verdict: Literal["pay", "refuse"]
    amount: Decimal = Field(ge=0, description="USD")
    note: str | None = None
