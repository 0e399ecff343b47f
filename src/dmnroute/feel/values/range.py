"""Ranges as values (DMN 10.3.2.7)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Range:
    """All values between two endpoints; an endpoint that is null is open to that side."""

    start: object
    end: object
    start_included: bool = True
    end_included: bool = True

    def __str__(self) -> str:
        """The FEEL literal."""
        if self.start is None:
            return f"({'<=' if self.end_included else '<'} {_literal(self.end)})"
        if self.end is None:
            return f"({'>=' if self.start_included else '>'} {_literal(self.start)})"
        opening, closing = "[" if self.start_included else "(", "]" if self.end_included else ")"
        return f"{opening}{_literal(self.start)}..{_literal(self.end)}{closing}"


def _literal(endpoint: object) -> str:
    if isinstance(endpoint, str):
        escaped = endpoint.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return f"{endpoint:f}" if isinstance(endpoint, Decimal) else str(endpoint)
