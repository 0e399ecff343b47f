"""Breakers switched by people: one for every agent that somebody has loaded, and for every target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from dmnroute.errors import UsageError, did_you_mean
from dmnroute.routing.breaker_rules import DEFAULT, BreakerRules, is_target
from dmnroute.routing.breakers import Breaker
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.store import Store


@dataclass(frozen=True, slots=True)
class Switching:
    """Opens and closes breakers by hand; what calls count for goes on by itself."""

    store: Store
    rules: BreakerRules
    catalogue: Catalogue
    clock: Clock

    async def breakers(self) -> list[Breaker]:
        """Those that are kept, and those that the settings watch and nobody has called yet, by name."""
        kept = await self.store.breakers()
        watched = [name for name in self.rules.sections if name != DEFAULT and name not in kept]
        new = {name: Breaker(name=name, rule=self.rules.of(name)) for name in watched}
        return [(kept | new)[name] for name in sorted(kept | new)]

    async def open(self, name: str, *, who: str, why: str | None, seconds: Decimal | None = None) -> Breaker:
        """Keep steps away, for so many seconds or until somebody closes it. Raises UsageError `unknown_breaker`."""
        await self._known(name)
        now = self.clock.now()
        until = None if seconds is None else now + timedelta(microseconds=int(seconds * 1_000_000))
        return await self.store.open_breaker(name, who=who, why=why, at=now, until=until)

    async def close(self, name: str, *, who: str, why: str | None) -> Breaker:
        """Let steps through again, with nothing counted. Raises UsageError `unknown_breaker`."""
        await self._known(name)
        return await self.store.close_breaker(name, who=who, why=why, at=self.clock.now())

    async def _known(self, name: str) -> None:
        """A misspelt breaker would keep nobody away. Targets can't be known: agents name them as they call them."""
        if is_target(name):
            return
        seen = {agent.name for agent in await self.store.agents()}
        known = {*self.catalogue.agents, *seen, *await self.store.breakers()}
        if name not in known:
            raise UsageError(
                f"no agent `{name}` was ever loaded{did_you_mean(name, known)}",
                code="unknown_breaker",
                hint="breakers are named by agents (`dmnroute agents`), or by targets behind them, `vendor/model`",
            )
