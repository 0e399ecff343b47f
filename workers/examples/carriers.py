"""An agent that asks a carrier for a price: how long that takes is an input, so that examples always end alike."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from pydantic import BaseModel

from dmnroute import agent


class Shipment(BaseModel):
    carrier: str
    price: Decimal
    answers_after: float = 0
    """Seconds."""


class Quote(BaseModel):
    carrier: str
    price: Decimal


@agent("quote", cost="0.001", timeout=30)
async def quote(shipment: Shipment) -> Quote:
    """Ask a carrier what a shipment costs."""
    await asyncio.sleep(shipment.answers_after)
    return Quote(carrier=shipment.carrier, price=shipment.price)
