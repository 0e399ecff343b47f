"""Two agents that ask for a price: one is fast, the other one careful."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel

from dmnroute import agent


class Order(BaseModel):
    item: str
    pieces: int = 1


class Price(BaseModel):
    price: Decimal


@agent("price_fast", cost="0.0001")
def price_fast(order: Order) -> Price:
    """Look the price up in last month's list."""
    return Price(price=Decimal("9.50") * order.pieces)


@agent("price_with_care", cost="0.002")
def price_with_care(order: Order) -> Price:
    """Ask the vendor."""
    return Price(price=Decimal("12.50") * order.pieces)
