"""Sums of figures, from which means and their spread follow without keeping the figures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

NONE = Decimal(0)


@dataclass(slots=True)
class Sums:
    """How many figures there were, their sum, and that of their squares."""

    count: int = 0
    total: Decimal = NONE
    squares: Decimal = NONE

    def add(self, figure: Decimal) -> None:
        """Take one more figure in."""
        self.count += 1
        if figure:
            self.total += figure
            self.squares += figure * figure

    @property
    def mean(self) -> Decimal:
        """0 where there are none."""
        return self.total / self.count if self.count else NONE

    @property
    def variance(self) -> Decimal:
        """Of the figures, as a sample; 0 where there are fewer than two."""
        if self.count < 2:
            return NONE
        return max((self.squares - self.total * self.total / self.count) / (self.count - 1), NONE)
