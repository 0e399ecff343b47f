"""Policies as people have published them: the active version decides, whatever a file says meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dmnroute.errors import DmnrouteError, OperatorError, RouteError, TableError
from dmnroute.policies.kept import KeptVersions
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.policies import PolicySource, ShadowVersion
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.policy_change import DEFAULT_TENANT
from dmnroute.routing.records.run import Run
from dmnroute.routing.versions.deciding import deciding, shadowing, was_published
from dmnroute.routing.versions.life import Life

FRESH = 0.5
"""Seconds for which nobody looks again whether the versions of a policy have changed."""


@dataclass(slots=True)
class PublishedPolicies:
    """The versions that people made active; policies that nobody ever published come from elsewhere.

    A change is followed within `fresh` seconds. A hop is decided by one version as a whole: what it was given stays
    as it is, whatever is published meanwhile.
    """

    store: Store
    clock: Clock
    unpublished: PolicySource
    fresh: float = FRESH
    passed: Callable[[], float] = time.monotonic
    """Seconds of this process; how long ago it has looked."""
    _lives: dict[str, tuple[float, Life]] = field(default_factory=dict, init=False)
    _looking: dict[str, asyncio.Lock] = field(default_factory=dict, init=False)
    _kept: KeptVersions = field(init=False)

    def __post_init__(self) -> None:
        self._kept = KeptVersions(self.store)

    async def active(self, name: str, run: Run | None = None) -> PolicyVersion:
        """The version to decide with now.

        Raises:
            RouteError: `unknown_policy`, or `nothing_active` when the time of all its versions is over, or to come.
            TableError: this release can't load what another one has published.
        """
        life = await self.life(name)
        if not was_published(life, run.tenant if run else DEFAULT_TENANT):
            return await self.unpublished.active(name, run)
        version = deciding(life, run, self.clock.now())
        if version is None:
            raise RouteError(
                f"no version of policy `{name}` is active now",
                code="nothing_active",
                hint=f"`dmnroute policies {name}` shows its versions; `dmnroute policy activate` takes one",
            )
        return await self._kept.version(name, version)

    async def shadow(self, name: str, run: Run) -> ShadowVersion | None:
        """The version that is asked beside the active one."""
        life = await self.life(name)
        found = shadowing(life, run, self.clock.now())
        if found is None:
            return None
        tenant, shadow = found
        try:
            policy: PolicyVersion | DmnrouteError = await self._kept.version(name, shadow.version)
        except (TableError, OperatorError) as error:
            if isinstance(error, OperatorError) and error.code != "unknown_version":
                raise
            policy = error
        return ShadowVersion(shadow.version, tenant, policy)

    async def process(self, name: str) -> str | None:
        """The id of the BPMN process of this policy alone, where one was deployed."""
        return (await self.life(name)).process

    async def version(self, name: str, number: int) -> PolicyVersion:
        """A version of before, from the store. Raises OperatorError `unknown_version`."""
        return await self._kept.version(name, number)

    async def life(self, name: str) -> Life:
        """What became of its versions, as it was at most `fresh` seconds ago; one of many runs looks."""
        async with self._looking.setdefault(name, asyncio.Lock()):
            looked, life = self._lives.get(name, (None, Life(name)))
            now = self.passed()
            if looked is None or now - looked >= self.fresh:
                for change in await self.store.policy_changes(name, after=life.number):
                    life = life.after(change)
                self._lives[name] = (now, life)
            return life
