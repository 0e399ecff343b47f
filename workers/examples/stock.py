"""An agent that looks into a warehouse, which may be closed."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from dmnroute import AgentFailure, agent


class Wanted(BaseModel):
    item: str
    pieces: int = 1


class Stock(BaseModel):
    in_stock: bool


@agent("look_into_stock", cost="0.001")
def look_into_stock(wanted: Wanted) -> Stock:
    """Count the pieces in `stock.txt`."""
    try:
        pieces = int(Path("stock.txt").read_text())
    except OSError as error:
        raise AgentFailure("closed", "the warehouse is closed") from error
    return Stock(in_stock=pieces >= wanted.pieces)
