"""Follow some of the runs that part from the record, and sum up how they would have ended."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from dmnroute.backtest.following import NOBODY_KNOWS, STOPS, follow, rest_of
from dmnroute.backtest.outlook import NORMAL, Expected
from dmnroute.backtest.report import Hop, Replays
from dmnroute.backtest.sums import NONE, Sums
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.runs import RunStore


@dataclass(slots=True)
class Sample:
    """So many of many hops, each with the same chance."""

    most: int
    random: Random
    of: int = 0
    taken: list[Hop] = field(default_factory=list)

    def add(self, hop: Hop) -> None:
        """One more to choose from."""
        self.of += 1
        if len(self.taken) < self.most:
            self.taken.append(hop)
        elif self.most and (place := self.random.randrange(self.of)) < self.most:
            self.taken[place] = hop


@dataclass(slots=True)
class Change:
    """One measure, then and as it would have been."""

    then: Decimal = NONE
    changes: Sums = field(default_factory=Sums)

    def add(self, then: Decimal | int, now: Decimal | int) -> None:
        """One more run."""
        self.then += then
        self.changes.add(Decimal(now) - then)

    def expected(self) -> Expected:
        """The sums, and between what bounds those of so many other runs would be."""
        margin = NORMAL * (self.changes.variance * self.changes.count).sqrt()
        change = self.changes.total
        return Expected(self.then, self.then + change, change - margin, change + margin)


async def replayed(store: RunStore, parted: Sample, draft: PolicyVersion, catalogue: Catalogue) -> Replays:
    """Each run of the sample, from the hop where it parts from the record."""
    ends: defaultdict[str, Counter[str]] = defaultdict(Counter)
    whys: dict[str, Counter[str]] = {NOBODY_KNOWS: Counter(), STOPS: Counter()}
    cost, latency, escalations = Change(), Change(), Change()
    followed = known = 0
    for run, hop in sorted(parted.taken):
        history = await store.history(run)
        if history is None:
            continue  # gone meanwhile
        followed += 1
        found = follow(history, hop, draft, catalogue)
        ends[history.hops[-1].decision.plan.action][found.end] += 1
        if not found.is_known:
            whys[found.end][found.why] += 1
            continue
        known += 1
        then = rest_of(history, hop)
        cost.add(then.cost, found.rest.cost)
        latency.add(then.latency, found.rest.latency)
        escalations.add(then.escalations, found.rest.escalations)
    return Replays(
        parted=parted.of,
        followed=followed,
        known=known,
        ends={then: dict(sorted(now.items())) for then, now in sorted(ends.items())},
        unknown=dict(whys[NOBODY_KNOWS].most_common()),
        stopped=dict(whys[STOPS].most_common()),
        cost=cost.expected(),
        latency=latency.expected(),
        escalations=escalations.expected(),
    )
