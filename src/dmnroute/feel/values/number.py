"""FEEL numbers: decimal128, 34 significant digits, half-even (DMN 10.3.2.3.1)."""

from __future__ import annotations

from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
"""All arithmetic goes through its methods, so the decimal context of the calling thread is never touched."""

ZERO = Decimal(0)
ONE = Decimal(1)


def number(value: str | int | Decimal) -> Decimal | None:
    """The number that a text or a Python number means; null when it is none, or beyond the range of decimal128."""
    try:
        value = CONTEXT.create_decimal(value)
    except DecimalException:
        return None
    return value if value.is_finite() else None


def is_integer(value: Decimal) -> bool:
    """Tell whether the number has no fraction."""
    return value == value.to_integral_value()


def number_text(value: Decimal) -> str:
    """The digits without an exponent: `0.0000001`, never `1E-7`."""
    return format(value, "f")
