"""Agents that book a journey, and those that undo it."""

from __future__ import annotations

from pydantic import BaseModel

from dmnroute import AgentFailure, agent


class Journey(BaseModel):
    city: str
    seats: int = 1


class Room(BaseModel):
    room: str


class Flight(BaseModel):
    flight: str


class Done(BaseModel):
    pass


@agent("book_room", compensate="give_room_back")
def book_room(journey: Journey) -> Room:
    """Book a room."""
    return Room(room=f"{journey.city} 12")


@agent("give_room_back")
def give_room_back(room: Room) -> Done:
    """Give the room back that was booked."""
    return Done()


@agent("book_flight", compensate="cancel_flight", errors=("sold_out",))
def book_flight(journey: Journey) -> Flight:
    """Book a flight, while there are seats."""
    if journey.seats > 4:
        raise AgentFailure("sold_out", "4 seats are left")
    return Flight(flight=f"to {journey.city}")


@agent("cancel_flight", errors=("not_refundable",))
def cancel_flight(flight: Flight) -> Done:
    """Fail: this fare can't be given back."""
    raise AgentFailure("not_refundable", "the fare is kept")
