"""Take a recorded decision once more, and compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dmnroute.errors import DmnrouteError
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.decide import decide
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records import DecisionRecord


@dataclass(frozen=True, slots=True)
class Replayed:
    """A recorded decision beside the one taken now."""

    recorded: DecisionRecord
    now: DecisionRecord | DmnrouteError

    @property
    def identical(self) -> bool:
        """Whether every field is the same."""
        return self.now == self.recorded

    @property
    def same_route(self) -> bool:
        """Whether the run would take the same way: the same action, and the same steps with the same input."""
        return isinstance(self.now, DecisionRecord) and self.now.plan == self.recorded.plan


def replay(
    history: History,
    hop: int,
    *,
    policy: PolicyVersion | Callable[[DecisionRecord], PolicyVersion],
    catalogue: Catalogue,
) -> Replayed:
    """Decide a hop again from what was recorded, with the version it was decided with or with another one."""
    recorded = history.hops[hop - 1].decision
    version = policy(recorded) if callable(policy) else policy
    try:
        now = decide(
            history.before(hop),
            version,
            catalogue,
            previous=recorded.previous,
            now=recorded.at,
            seed=recorded.seed,
            figures=recorded.figures,
        )
    except DmnrouteError as error:
        return Replayed(recorded, error)
    return Replayed(recorded, now)
