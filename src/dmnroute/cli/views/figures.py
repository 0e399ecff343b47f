"""Times, money and values as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dmnroute.cli.streams import json_text

LONGEST = 100
"""Characters of a value in a line of text."""


def money(amount: Decimal) -> str:
    """``0.0002 USD``"""
    return f"{amount.normalize():f} USD"


def seconds(value: Decimal | float) -> str:
    """``0.013 s``, ``1.2 s``, ``3 min 20 s``, ``2 h 5 min``, ``3 d 4 h``"""
    total = float(value)
    if total < 60:
        digits = 3 if total < 1 else 1
        return f"{round(total, digits):g} s"
    for unit, size, smaller, part in (("d", 86_400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if total >= size:
            rest = int(total % size // part)
            return f"{int(total // size)} {unit}" + (f" {rest} {smaller}" if rest else "")
    raise AssertionError(value)


def moment(at: datetime) -> str:
    """``2026-07-01 15:30:12 UTC``"""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def minute(at: datetime) -> str:
    """``2026-07-01 15:30``, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def clock_time(at: datetime) -> str:
    """``15:30:12.250``, in UTC."""
    return f"{at.astimezone(UTC):%H:%M:%S.%f}"[:-3]


def value(what: Any) -> str:
    """A value as JSON on one line, cut where it gets long."""
    text = json_text(what)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def count(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``"""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def indented(text: str, by: int = 2) -> str:
    """Every line moved to the right."""
    return "\n".join(" " * by + line if line else line for line in text.split("\n"))
