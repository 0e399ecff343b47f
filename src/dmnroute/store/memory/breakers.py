"""Breakers as they are kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from dmnroute.routing.breaker_gate import BreakerWrite
from dmnroute.routing.breakers import Breaker
from dmnroute.store.breakers import BreakerChanges, Ended, made, plain_breaker
from dmnroute.store.changes import Telling


class KeptBreakers:
    """Every breaker there is, by name; each change gives the events that tell of it."""

    def __init__(self) -> None:
        self._all: dict[str, Breaker] = {}

    def named(self, names: Collection[str] | None) -> dict[str, Breaker]:
        """The ones with these names, or all, in the order of their names."""
        return {name: self._all[name] for name in sorted(self._all) if names is None or name in names}

    def switch(self, name: str, act: Callable[[Breaker], Breaker], at: datetime) -> tuple[Breaker, list[Telling]]:
        """What a person makes of a breaker, which begins with it where there was none."""
        new = {} if name in self._all else {name: Breaker(name=name)}
        switched = BreakerChanges(self._all | new, at)
        switched.change(act(switched.now(name)))
        self._keep(switched)
        return self._all[name], switched.told

    def carry(self, ended: Sequence[Ended], write: BreakerWrite, at: datetime) -> list[Telling]:
        """Count outcomes, take over rules and take probes; all or nothing."""
        new = {breaker.name: breaker for breaker in made(self._all, ended, write)}
        carried = BreakerChanges(self._all | new, at)
        carried.count(ended)
        carried.decide(write)
        self._all |= new
        self._keep(carried)
        return carried.told

    def _keep(self, changed: BreakerChanges) -> None:
        self._all |= {breaker.name: plain_breaker(breaker) for breaker in changed.changed()}
