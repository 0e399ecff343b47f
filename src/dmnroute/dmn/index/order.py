"""Places in the order of values, as numbers or texts that are compared at once.

A cut lies before a value or right after it. For a float or a small int `x`, and for a text, there is a key such that
`x` lies beyond the cut exactly when `x >= key`. A float means the digits that it prints (as everywhere in dmnroute),
so 0.1 lies beyond the cut before the decimal 0.1, though its binary value is another.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from math import inf, isfinite, nextafter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dmnroute.dmn.index.cells import Cut

WIDEST = 2**53
"""Up to here every int is a float; numbers beyond are looked up as decimals."""


@lru_cache(maxsize=65_536)
def number_key(value: Decimal, after: bool) -> float:
    """The key of a cut for floats and ints."""
    key = float(value)
    if not isfinite(key):
        return key
    meant = Decimal(repr(key))
    if meant > value or (meant == value and not after):
        return key
    return nextafter(key, inf)


def text_key(cut: Cut) -> str:
    """The key of a cut for texts: the text that comes right after another is that text and the lowest character."""
    text: str = cut[0]
    return text + "\0" if cut[1] else text


def float_of(value: Decimal) -> float | None:
    """The float or int that means exactly this number; null when there is none, or when it is too large."""
    if not -WIDEST <= value <= WIDEST:
        return None
    twin = float(value)
    return twin if Decimal(repr(twin)) == value else None
