"""Words and numbers as people read them on one line of a terminal."""

from __future__ import annotations

from decimal import Decimal


def one_line(text: str) -> str:
    """The text without line breaks and control characters: a file's name must not steer the terminal."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "·" for c in text)


def money(amount: Decimal) -> str:
    """USD: `$0.0012`."""
    return f"${amount:.4f}" if amount else "$0"


def share(value: Decimal | None) -> str:
    """`0.97`; nothing when there is none."""
    return "" if value is None else f"{value:.2f}"


def many(number: int, one: str, several: str | None = None) -> str:
    """`1 document`, `2 documents`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def duration(seconds: float) -> str:
    """`3.4 s`, `2 min 05 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"
