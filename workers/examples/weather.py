"""A forecast by a vendor that isn't always there, and an almanac that is."""

from __future__ import annotations

from pydantic import BaseModel

from dmnroute import AgentFailure, agent


class Place(BaseModel):
    place: str
    model: str = "days-2"


class Forecast(BaseModel):
    forecast: str


@agent("ask_vendor", target="metoffice/{model}", cost="0.001", timeout=10)
def ask_vendor(where: Place) -> Forecast:
    """Ask the vendor; of an island it knows nothing, and doesn't even answer."""
    if "island" in where.place:
        raise AgentFailure("unavailable", "the vendor doesn't answer")
    return Forecast(forecast=f"rain in {where.place}")


@agent("ask_almanac", cost=0)
def ask_almanac(where: Place) -> Forecast:
    """What it was like last year."""
    return Forecast(forecast=f"as ever in {where.place}")
