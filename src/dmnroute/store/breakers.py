"""What a write changes of breakers: the same for every store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dmnroute.errors import OperatorError
from dmnroute.routing.breaker_gate import PROBE_TAKEN, BreakerWrite, breakers_of
from dmnroute.routing.breakers import Breaker, change_told, with_call, with_probe, with_rule
from dmnroute.routing.ports.events import EventKind
from dmnroute.routing.records.step import Outcome
from dmnroute.store.changes import Telling
from dmnroute.store.rows import Row, plain

TOLD: Mapping[str, EventKind] = {
    "open": "breaker_opened",
    "half-open": "breaker_half_opened",
    "closed": "breaker_closed",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """An outcome that was kept now, with the type and the target of its step."""

    outcome: Outcome
    type: str
    target: str | None

    def breakers(self) -> tuple[str, ...]:
        """Those that may count it: the target is the one that was called, where the agent said which."""
        return breakers_of(self.type, self.outcome.target or self.target)


def names_of(ended: Iterable[Ended], write: BreakerWrite) -> list[str]:
    """The breakers that a write may change, in the order in which they are locked."""
    counting = {name for each in ended for name in each.breakers()}
    return sorted(counting | set(write.rules) | {taken.breaker for taken in write.probes})


def made(kept: Mapping[str, Breaker], ended: Iterable[Ended], write: BreakerWrite) -> list[Breaker]:
    """The breakers that a write brings with it, as they begin.

    A target that an agent reports for the first time is watched as the agent is.
    """
    new = {name: Breaker(name=name) for name in write.rules}
    for each in ended:
        agent, *targets = each.breakers() or ("",)
        caller = kept.get(agent)
        if caller is not None and caller.rule is not None:
            new |= {target: Breaker(name=target, rule=caller.rule) for target in targets if target not in new}
    return [new[name] for name in sorted(new) if name not in kept]


class BreakerChanges:
    """Breakers while one write changes them, and the events that tell of it."""

    def __init__(self, kept: Mapping[str, Breaker], at: datetime) -> None:
        self.told: list[Telling] = []
        self._before = kept
        self._now = dict(kept)
        self._at = at

    def count(self, ended: Iterable[Ended]) -> None:
        """Have each outcome counted by the breakers before its step."""
        for each in ended:
            names = each.breakers()
            for name in names:
                if name in self._now:
                    self.change(with_call(self._now[name], each.outcome, agent=names[0], at=self._at))

    def decide(self, write: BreakerWrite) -> None:
        """Take over rules and take probes. Raises OperatorError `probe_taken`, when one has no room any more."""
        for name, rule in write.rules.items():
            self.change(with_rule(self._now[name], rule, at=self._at))
        for taken in write.probes:
            changed = with_probe(self._now[taken.breaker], taken.probe, at=self._at)
            if changed is None:
                raise OperatorError(f"a probe of breaker `{taken.breaker}` was taken elsewhere", code=PROBE_TAKEN)
            self.change(changed)

    def now(self, name: str) -> Breaker:
        """A breaker as it is by now."""
        return self._now[name]

    def change(self, breaker: Breaker) -> None:
        """Put a breaker in the place of what it was."""
        told = change_told(self._now[breaker.name], breaker)
        if told is not None:
            self.told.append((TOLD[breaker.state], told))
        self._now[breaker.name] = breaker

    def changed(self) -> list[Breaker]:
        """The breakers that aren't as they were, by name."""
        return [self._now[name] for name in sorted(self._now) if self._now[name] != self._before[name]]


def breaker_row(breaker: Breaker) -> Row:
    return {"name": breaker.name, "state": breaker.state, "record": breaker.model_dump(mode="json")}


def breaker_of(row: Row) -> Breaker:
    return Breaker.model_validate(row["record"])


def plain_breaker(breaker: Breaker) -> Breaker:
    """A breaker as a database would give it back."""
    return breaker_of(plain(breaker_row(breaker)))
