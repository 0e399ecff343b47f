"""Functions of numbers (DMN 10.3.4.5)."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from dmnroute.feel.builtins.registry import Builtins
from dmnroute.feel.notices import NoticeKind, NoValue
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.number import CONTEXT, ZERO, is_integer

builtin = Builtins()

_SMALLEST_SCALE, _LARGEST_SCALE = -6111, 6176


def rounded(n: Decimal, scale: Decimal, mode: str) -> Decimal:
    """The number with so many digits after the point; a negative scale rounds before it."""
    if not _SMALLEST_SCALE <= scale <= _LARGEST_SCALE:
        raise NoValue(f"a scale lies between {_SMALLEST_SCALE} and {_LARGEST_SCALE}", NoticeKind.OUT_OF_DOMAIN)
    digits = int(scale)
    if digits == 0:
        return n.to_integral_value(rounding=mode)
    exponent = n.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -digits:
        return n if digits >= 0 else _quantized(n, digits, mode)
    return _quantized(n, digits, mode)


def _quantized(n: Decimal, digits: int, mode: str) -> Decimal:
    if n.adjusted() < -digits - 1:
        return _below_the_last_digit(n, digits, mode)
    result = n.quantize(Decimal((0, (1,), -digits)), rounding=mode, context=CONTEXT)
    return result if digits >= 0 else CONTEXT.plus(result.quantize(Decimal(1), context=CONTEXT))


def _below_the_last_digit(n: Decimal, digits: int, mode: str) -> Decimal:
    """A number far smaller than the last digit that is kept: all of it, or nothing."""
    sign = Decimal((int(n < 0), (1,), -digits - 2))
    return (sign if n else ZERO).quantize(Decimal((0, (1,), -digits)), rounding=mode, context=CONTEXT)


@builtin("decimal(n: number, scale: number)")
def decimal(n: Decimal, scale: Decimal) -> Decimal:
    """Round half even."""
    return rounded(n, scale, ROUND_HALF_EVEN)


@builtin("floor(n: number, scale?: number)")
def floor(n: Decimal, scale: Decimal = ZERO) -> Decimal:
    """Round towards negative infinity."""
    return rounded(n, scale, ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: number)")
def ceiling(n: Decimal, scale: Decimal = ZERO) -> Decimal:
    """Round towards positive infinity."""
    return rounded(n, scale, ROUND_CEILING)


@builtin("round up(n: number, scale: number)")
def round_up(n: Decimal, scale: Decimal) -> Decimal:
    """Round away from zero."""
    return rounded(n, scale, ROUND_UP)


@builtin("round down(n: number, scale: number)")
def round_down(n: Decimal, scale: Decimal) -> Decimal:
    """Round towards zero."""
    return rounded(n, scale, ROUND_DOWN)


@builtin("round half up(n: number, scale: number)")
def round_half_up(n: Decimal, scale: Decimal) -> Decimal:
    """Round to the nearest, a half away from zero."""
    return rounded(n, scale, ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number)")
def round_half_down(n: Decimal, scale: Decimal) -> Decimal:
    """Round to the nearest, a half towards zero."""
    return rounded(n, scale, ROUND_HALF_DOWN)


@builtin("abs(n: number | duration)")
def absolute(n: Decimal | DaysTimeDuration | YearsMonthsDuration) -> object:
    """The value without its sign."""
    if isinstance(n, DaysTimeDuration):
        return DaysTimeDuration(abs(n.nanoseconds))
    if isinstance(n, YearsMonthsDuration):
        return YearsMonthsDuration(abs(n.total_months))
    return CONTEXT.abs(n)


@builtin("modulo(dividend: number, divisor: number)")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The remainder, with the sign of the divisor."""
    if divisor == 0:
        raise NoValue("a division by zero", NoticeKind.OUT_OF_DOMAIN)
    remainder = CONTEXT.remainder(dividend, divisor)
    if remainder and (remainder < 0) is not (divisor < 0):
        return CONTEXT.add(remainder, divisor)
    return remainder


@builtin("sqrt(number: number)")
def sqrt(number: Decimal) -> Decimal:
    """The square root."""
    if number < 0:
        raise NoValue("there is no root of a negative number", NoticeKind.OUT_OF_DOMAIN)
    return CONTEXT.sqrt(number)


@builtin("log(number: number)")
def log(number: Decimal) -> Decimal:
    """The natural logarithm."""
    if number <= 0:
        raise NoValue("there is a logarithm of positive numbers only", NoticeKind.OUT_OF_DOMAIN)
    return CONTEXT.ln(number)


@builtin("exp(number: number)")
def exp(number: Decimal) -> Decimal:
    """e to the power of the number."""
    return CONTEXT.exp(number)


@builtin("odd(number: number)")
def odd(number: Decimal) -> bool:
    """Tell whether a whole number is odd."""
    return is_integer(number) and int(number) % 2 == 1


@builtin("even(number: number)")
def even(number: Decimal) -> bool:
    """Tell whether a whole number is even."""
    return is_integer(number) and int(number) % 2 == 0
