"""Take a recorded decision once more, and compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dmnroute.errors import DmnrouteError, OperatorError
from dmnroute.routing.canonical import dumps, plain
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.decide import decide
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.way import way_of


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a decision that isn't as it was recorded; lists count from 1, as in `plan.steps[1].agent`."""

    path: str
    recorded: Any
    now: Any

    def __str__(self) -> str:
        """``plan.reason: recorded "a", now null``"""
        return f"{self.path}: recorded {_text(self.recorded)}, now {_text(self.now)}"


def _text(value: Any) -> str:
    text = dumps(plain(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST = 120


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
        """Whether the run would take the same way: the same action, the same steps with the same input, the same end.

        Reasons, rules, costs and times may differ.
        """
        return isinstance(self.now, DecisionRecord) and way_of(self.now.intended) == way_of(self.recorded.intended)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Every field that differs; the error alone when nothing could be decided."""
        if isinstance(self.now, DmnrouteError):
            return (Difference("error", None, f"{self.now.code}: {self.now.message}"),)
        return tuple(_differences("", plain(self.recorded.model_dump()), plain(self.now.model_dump())))


def _differences(path: str, recorded: Any, now: Any) -> Iterator[Difference]:
    if isinstance(recorded, dict) and isinstance(now, dict):
        for name in dict.fromkeys((*recorded, *now)):
            yield from _differences(f"{path}.{name}" if path else name, recorded.get(name), now.get(name))
    elif isinstance(recorded, list) and isinstance(now, list) and len(recorded) == len(now):
        for index, (old, new) in enumerate(zip(recorded, now, strict=True), 1):
            yield from _differences(f"{path}[{index}]", old, new)
    elif recorded != now:
        yield Difference(path, recorded, now)


def replay(
    history: History,
    hop: int,
    *,
    policy: PolicyVersion | Callable[[DecisionRecord], PolicyVersion],
    catalogue: Catalogue,
) -> Replayed:
    """Decide a hop again from what was recorded, with the version it was decided with or with another one.

    Raises:
        OperatorError: `unknown_hop`.
    """
    if not 1 <= hop <= len(history.hops):
        count = len(history.hops)
        raise OperatorError(f"run `{history.run.id}` has no hop {hop}; it has {count}", code="unknown_hop")
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
            standing=recorded.standing,
            estimates=recorded.estimates,
        )
    except DmnrouteError as error:
        return Replayed(recorded, error)
    kept = {"element_instance": recorded.element_instance, "settled": recorded.settled, "probes": recorded.probes}
    return Replayed(recorded, now.model_copy(update=kept))
