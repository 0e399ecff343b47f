"""Canaries under the eyes of their guards: judged while runs end, by any number of processes, and ended once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

from dmnroute.errors import DmnrouteError
from dmnroute.policies.published import PublishedPolicies
from dmnroute.policies.versions import Asked, Versions
from dmnroute.routing.records.policy_change import PolicyChange
from dmnroute.routing.records.run import Run
from dmnroute.routing.records.trial import Judgement, TrialContext
from dmnroute.routing.versions.guard import because, checked_guard, judge
from dmnroute.routing.versions.life import Life
from dmnroute.routing.versions.trial import trial_of

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks at one canary while runs end."""
TICK = 5
"""Every so many of these, all of them are looked at: also those whose runs end no more."""
LATEST = 5000
"""A canary is judged by so many of the latest runs of its policy, at most."""
GUARD_NAME = "guard"
"""Who ends a canary that its guard has judged."""


async def trial(versions: Versions, life: Life, tenant: str) -> TrialContext | None:
    """The figures of a tenant's canary beside those of the active version; null when there is none."""
    line = life.lines.get(tenant)
    if line is None or line.canary is None:
        return None
    runs = await versions.store.trial_runs(life.policy, since=line.canary.since, limit=LATEST)
    return trial_of(life, tenant, runs, versions.clock.now())


@dataclass(frozen=True, slots=True)
class Judge:
    """Asks guards, and does what they say."""

    versions: Versions

    async def judgement(self, life: Life, tenant: str, *, guard: str | None = None) -> Judgement | None:
        """What a guard says now of a canary (its own, or one that is given); null: no canary, or no guard.

        Raises:
            TableError, UsageError: the guard gives no verdict.
        """
        line, now = life.lines.get(tenant), self.versions.clock.now()
        text = guard or (line.canary.guard if line and line.canary else None)
        seen = None if text is None else await trial(self.versions, life, tenant)
        if seen is None or text is None:
            return None
        return judge(checked_guard(text, name=f"{life.policy} guard", now=now), seen, now=now)

    async def carry_out(self, life: Life, tenant: str, judgement: Judgement) -> PolicyChange | None:
        """End the canary that was judged; null when it goes on, or others ended it."""
        canary = life.lines[tenant].canary
        if canary is None or judgement.verdict == "continue":
            return None
        asked = Asked(GUARD_NAME, because(judgement), tenant)
        return await self.versions.end_canary(life.policy, canary, asked, judgement)


@dataclass(slots=True)
class Trials:
    """Looks at canaries that have a guard, and does what it says."""

    policies: PublishedPolicies
    versions: Versions
    every: float = EVERY
    passed: Callable[[], float] = time.monotonic
    """Seconds of this process; how long ago it has looked."""
    _put_off: dict[tuple[str, str], Run] = field(default_factory=dict, init=False)
    _looked: dict[tuple[str, str], float] = field(default_factory=dict, init=False)

    async def after(self, run: Run) -> None:
        """A run has ended, has stopped, or asks people. Whatever goes wrong with a guard never harms a run."""
        try:
            life = await self.policies.life(run.policy)
            tenant = life.whose(run.tenant, self.versions.clock.now())
            if not self._is_guarded(life, tenant):
                return
            if self._is_time(run.policy, tenant):
                await self.look(life, tenant)
            else:
                self._put_off[run.policy, tenant] = run
        except DmnrouteError as error:
            log.warning("canary not judged", extra={"policy": run.policy, "problem": str(error)})
        except Exception:
            log.exception("canary not judged", extra={"policy": run.policy})

    async def look_at_all(self) -> None:
        """Look at every canary that has a guard. What is wrong with one of them keeps nobody from the others."""
        for policy in await self.versions.store.published():
            life = await self.policies.life(policy)
            for tenant in [tenant for tenant in life.lines if self._is_guarded(life, tenant)]:
                try:
                    await self.look(life, tenant)
                except DmnrouteError as error:
                    log.warning("canary not judged", extra={"policy": policy, "problem": str(error)})

    async def look(self, life: Life, tenant: str) -> PolicyChange | None:
        """Have a canary judged, and end it when its guard says so. Raises as `Judge.judgement`."""
        by_guard = Judge(self.versions)
        judgement = await by_guard.judgement(life, tenant)
        change = await by_guard.carry_out(life, tenant, judgement) if judgement else None
        if change is not None:
            log.warning("canary ended", extra={"policy": life.policy, "version": change.version, "kind": change.kind})
        return change

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Look again and again while the body runs. A store that is away for a moment keeps nobody from working."""
        ticking = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
            try:
                await self._look_at_put_off()
            except DmnrouteError as error:
                log.warning("canaries not judged: %s", error.message)

    async def _tick(self) -> None:
        for number in count(1):
            await asyncio.sleep(self.every)
            try:
                await (self.look_at_all() if number % TICK == 0 else self._look_at_put_off())
            except DmnrouteError as error:
                log.warning("canaries not judged: %s", error.message)

    async def _look_at_put_off(self) -> None:
        """Look at those of which runs ended shortly after a look."""
        while self._put_off:
            run = self._put_off.popitem()[1]
            self._looked.clear()
            await self.after(run)

    def _is_guarded(self, life: Life, tenant: str) -> bool:
        line = life.lines.get(tenant)
        return line is not None and line.canary is not None and line.canary.guard is not None

    def _is_time(self, policy: str, tenant: str) -> bool:
        now, before = self.passed(), self._looked.get((policy, tenant))
        if before is not None and now - before < self.every:
            return False
        self._looked[policy, tenant] = now
        return True
