"""Ranges as values (DMN 10.3.2.7)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """All values between two endpoints; an endpoint that is null is open to that side."""

    start: object
    end: object
    start_included: bool = True
    end_included: bool = True
