"""What the engine is meant to reach, and whether it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.measuring import show


@dataclass(frozen=True, slots=True)
class Target:
    """A figure and its bound."""

    what: str
    measured: float
    bound: float
    unit: str = ""
    at_most: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the figure keeps to the bound."""
        return self.measured <= self.bound if self.at_most else self.measured >= self.bound


def show_targets(targets: Iterable[Target]) -> None:
    """Print all of them, met or not."""
    rows = [
        (
            target.what,
            f"{'at most' if target.at_most else 'at least'} {target.bound:,g} {target.unit}",
            f"{target.measured:,.3g} {target.unit}",
            "met" if target.is_met else "MISSED",
        )
        for target in targets
    ]
    show("Targets", ("what", "goal", "measured", ""), rows)
