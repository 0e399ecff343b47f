"""What runs that would go another way are expected to cost from there on, by the recorded runs that went that way.

From the first hop that goes another way on, what was recorded of a run doesn't tell what would come. But other runs
have been sent the same way (the same agents, the same action): what it took them from there to their end is what is
expected, with an interval that holds both their spread and how few they are. A way that hardly any run has taken
yet has no such figures, and is said to be unknown.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from dmnroute.backtest.sums import NONE, Sums

FEWEST = 5
"""So many runs have to have taken a way before anything is expected of it."""
NORMAL = Decimal("1.959964")
"""Standard deviations to each side that hold 95 % of a normal distribution."""


class Rest(NamedTuple):
    """What a run takes from a hop on, to its end."""

    cost: Decimal
    """USD."""
    latency: Decimal
    """Seconds of the slowest step of each hop; people are not counted."""
    escalations: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What changes in one measure, summed over the runs that go another way; the interval holds it in 95 of 100."""

    recorded: Decimal
    expected: Decimal
    low: Decimal
    high: Decimal
    """Of the change."""

    @property
    def change(self) -> Decimal:
        """More is positive."""
        return self.expected - self.recorded


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected of the runs that go another way."""

    runs: int
    """Ended runs that go another way of which something is expected."""
    unknown: int
    """Ended runs that go a way that hardly any run has taken: nothing recorded tells what follows."""
    unknown_ways: tuple[str, ...]
    cost: Expected
    latency: Expected
    escalations: Expected


@dataclass(slots=True)
class _Measures:
    cost: Sums = field(default_factory=Sums)
    latency: Sums = field(default_factory=Sums)
    escalations: Sums = field(default_factory=Sums)

    def add(self, rest: Rest) -> None:
        self.cost.add(rest.cost)
        self.latency.add(rest.latency)
        self.escalations.add(Decimal(rest.escalations))


@dataclass(slots=True)
class Prospects:
    """Gathers what ways took, and which runs would take another one."""

    taken: defaultdict[str, _Measures] = field(default_factory=lambda: defaultdict(_Measures))
    left: defaultdict[str, _Measures] = field(default_factory=lambda: defaultdict(_Measures))
    """By the way that runs would go: what they took in fact."""

    def went(self, way: str, rest: Rest) -> None:
        """A run was sent a way, and took so much from there on."""
        self.taken[way].add(rest)

    def would_go(self, way: str, rest: Rest) -> None:
        """A run that took so much from there on would have been sent another way."""
        self.left[way].add(rest)

    def outlook(self) -> Outlook:
        """What is expected by now."""
        known = {way: left for way, left in self.left.items() if self._count(way) >= FEWEST}
        unknown = sorted(self.left.keys() - known.keys())
        return Outlook(
            runs=sum(left.cost.count for left in known.values()),
            unknown=sum(self.left[way].cost.count for way in unknown),
            unknown_ways=tuple(unknown),
            cost=_expected([(left.cost, self.taken[way].cost) for way, left in known.items()]),
            latency=_expected([(left.latency, self.taken[way].latency) for way, left in known.items()]),
            escalations=_expected([(left.escalations, self.taken[way].escalations) for way, left in known.items()]),
        )

    def _count(self, way: str) -> int:
        return self.taken[way].cost.count if way in self.taken else 0


def _expected(pairs: list[tuple[Sums, Sums]]) -> Expected:
    """Of what runs took in fact, and what others took that went the way they would go."""
    recorded = sum((left.total for left, _ in pairs), NONE)
    expected = sum((left.count * taken.mean for left, taken in pairs), NONE)
    # Each run is a draw from those that went that way, and their mean is itself known from so many draws only.
    variance = sum(
        (taken.variance * (left.count + left.count**2 / Decimal(taken.count)) for left, taken in pairs), NONE
    )
    margin = NORMAL * variance.sqrt()
    change = expected - recorded
    return Expected(recorded, expected, change - margin, change + margin)


def _spread(draws: int, taken: Sums) -> Decimal:
    """The variance of the sum of so many draws."""
    return taken.variance * (draws + draws**2 / Decimal(taken.count))
