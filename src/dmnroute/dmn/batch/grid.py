"""Where numbers stand among sorted keys, for many numbers and several sorted lists of keys of one column.

A binary search of random numbers costs a mispredicted branch at every step. A grid over the column tells once for each
number in which of many even buckets it lies; each list of keys then begins there, and goes on over the few keys of that
bucket.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BUCKETS = 2048
_NARROWEST = 1e-200
"""Keys nearer to each other may share a bucket: numbers must not grow beyond all floats."""
_MOST_SHARED = 4
"""With more keys in one bucket than this, a binary search is faster."""


class Grid:
    """Even buckets between the lowest and the highest of a column's keys; what lies beyond is in the outermost.

    The bucket never falls where the number rises, however floats are rounded: so keys in lower buckets are lower, and
    keys in higher buckets higher.
    """

    def __init__(self, keys: Sequence[float]) -> None:
        self._low = min(keys, default=0.0)
        width = max(keys, default=0.0) - self._low
        self._scale = BUCKETS / max(width, _NARROWEST)

    def buckets(self, numbers: NDArray[np.float64]) -> NDArray[np.int16]:
        """The bucket of each number; none may be not-a-number."""
        places = numbers - self._low
        places *= self._scale
        return np.clip(places, 0, BUCKETS - 1, out=places).astype(np.int16)


class Keys:
    """Sorted keys within a grid."""

    def __init__(self, keys: Sequence[float], grid: Grid) -> None:
        self._keys = np.asarray([*keys, inf], dtype=np.float64)
        """Ends with a key that no number reaches."""
        buckets = grid.buckets(self._keys[:-1])
        self._first = buckets.searchsorted(np.arange(BUCKETS, dtype=np.int16)).astype(np.int32)
        """For each bucket how many keys are in lower ones."""
        self._shared = int(np.bincount(buckets, minlength=1).max())
        """The most keys in one bucket."""

    def ranks(self, numbers: NDArray[np.float64], buckets: NDArray[np.int16]) -> NDArray[np.integer]:
        """For each number how many keys aren't above it."""
        if self._shared > _MOST_SHARED:
            return self._keys.searchsorted(numbers, side="right")
        ranks = self._first.take(buckets)
        for _ in range(self._shared):
            ranks += self._keys.take(ranks) <= numbers
        return ranks
