"""Columns of Python values as arrays, and which of their rows have values that an array can't stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import repeat
from operator import countOf
from typing import TYPE_CHECKING, Any

import numpy as np

from dmnroute.dmn.index.order import WIDEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dmnroute.dmn.batch.tables import Column

_MOST_IN_A_BYTE = 2**8
_MOST_SMALL = 2**15
"""Below it codes fit in 16 bits, which numpy sorts much faster."""


def numbers_of(column: Column, odd: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Floats that mean the numbers of a column; rows where none does are odd, and zero."""
    if isinstance(column, np.ndarray):
        return _inside(column.astype(np.float64), odd)
    numbers = _floats(column)
    if numbers is None:
        fit = [type(value) is float or (type(value) is int and abs(value) < WIDEST) for value in column]
        odd |= ~np.array(fit)
        numbers = np.array([value if fits else 0 for value, fits in zip(column, fit, strict=True)], dtype=np.float64)
    return _inside(numbers, odd)


def _floats(column: Column) -> NDArray[np.float64] | None:
    """The numbers of a list of floats and ints; null where there are others, booleans among them, or too large ones."""
    count = len(column)
    floats = countOf(map(type, column), float)
    ints = 0 if floats == count else countOf(map(type, column), int)
    if floats + ints < count:
        return None
    try:
        return np.array(column, dtype=np.int64 if ints == count else np.float64).astype(np.float64, copy=False)
    except OverflowError:
        return None


def _inside(numbers: NDArray[np.float64], odd: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The numbers that are surely what was given; the rest, not-a-number included, are odd."""
    beyond = ~(np.abs(numbers) < WIDEST)
    if beyond.any():
        odd |= beyond
        numbers[beyond] = 0
    return numbers


def codes_of(column: Column, codes: Mapping[str, int], odd: NDArray[np.bool_]) -> NDArray[Any]:
    """The codes of a column's texts, one more for all that have none; rows where there is no text are odd."""
    if isinstance(column, np.ndarray):
        odd[:] = True
        return np.zeros(len(column), np.int16)
    other = len(codes)
    try:
        coded = _array(map(codes.get, column, repeat(other)), other, len(column))
    except TypeError:  # a list or a context has no hash
        return codes_of([value if type(value) is str else None for value in column], codes, odd)
    for row in (coded == other).nonzero()[0].tolist():
        odd[row] |= type(column[row]) is not str
    return coded


def _array(codes: Iterator[int], highest: int, count: int) -> NDArray[Any]:
    if highest < _MOST_IN_A_BYTE:
        return np.frombuffer(bytearray(codes), dtype=np.uint8)
    return np.fromiter(codes, np.int16 if highest < _MOST_SMALL else np.int32, count)
