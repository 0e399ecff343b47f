"""What people do with versions of policies: each change is checked, kept with who and why, and made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from dmnroute.errors import OperatorError, UsageError, did_you_mean
from dmnroute.routing.ports.clock import Clock
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.policy_change import DEFAULT_TENANT, ChangeKind, PolicyChange
from dmnroute.routing.records.trial import Judgement
from dmnroute.routing.versions.life import Life, life_of
from dmnroute.routing.versions.line import Canary
from dmnroute.routing.versions.transitions import changes_nothing, check_change

ATTEMPTS = 20
"""How often a change is tried anew because somebody else was faster."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a change, why, and for whose runs."""

    who: str
    why: str | None = None
    tenant: str = DEFAULT_TENANT


class _Over(Exception):
    """What was to be changed isn't there any more."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of all policies. Asking for what is so already changes nothing, and answers null."""

    store: Store
    clock: Clock
    four_eyes: bool = False
    """Whether somebody else than its author has to make a version decide."""

    async def life(self, policy: str) -> Life:
        """What became of a policy's versions so far."""
        return life_of(policy, await self.store.policy_changes(policy))

    async def log(self, policy: str) -> list[PolicyChange]:
        """The audit log of a policy. Raises UsageError `unknown_policy`."""
        found = await self.store.policy_changes(policy)
        if not found:
            known = await self.store.published()
            raise UsageError(
                f"nothing of policy `{policy}` was published{did_you_mean(policy, known)}", code="unknown_policy"
            )
        return found

    async def publish(
        self,
        policy: str,
        version: int,
        asked: Asked,
        *,
        kind: ChangeKind = "verify",
        base: int | None = None,
        changes: Sequence[str] = (),
    ) -> PolicyChange | None:
        """Say that a version is a draft, or (`verify`) that it has passed the gate."""
        return await self._make(policy, version, asked, kind, base=base, changes=tuple(changes))

    async def activate(
        self,
        policy: str,
        version: int,
        asked: Asked,
        *,
        starts: datetime | None = None,
        ends: datetime | None = None,
    ) -> PolicyChange | None:
        """Let a version decide, from now on or in a span of time.

        Raises:
            OperatorError: `unknown_version`.
            UsageError: `not_verified`, `four_eyes`, `canary_under_way`, `bad_span`.
        """
        return await self._make(policy, version, asked, "activate", starts=starts, ends=ends)

    async def shadow(self, policy: str, version: int, asked: Asked) -> PolicyChange | None:
        """Ask a version at every hop, too, and record where it differs; another shadow ends. Raises as `activate`."""
        return await self._make(policy, version, asked, "shadow")

    async def end_shadow(self, policy: str, asked: Asked) -> PolicyChange | None:
        """Ask the shadow no more. Raises UsageError `not_in_use`."""

        def shadow_of(life: Life) -> int:
            line = life.lines.get(asked.tenant)
            if line is None or line.shadow is None:
                raise UsageError(f"policy `{policy}` has no shadow", code="not_in_use")
            return line.shadow.version

        return await self._make(policy, shadow_of, asked, "unshadow")

    async def canary(
        self,
        policy: str,
        version: int,
        asked: Asked,
        *,
        share: Decimal | None = None,
        tenants: Sequence[str] = (),
        guard: str | None = None,
    ) -> PolicyChange | None:
        """Let a version decide a share (0-1) of the new runs, of all tenants or of some. Raises as `activate`."""
        given = {"share": share, "tenants": tuple(tenants), "guard": guard}
        return await self._make(policy, version, asked, "canary", **given)

    async def own_process(self, policy: str, version: int, asked: Asked, process: str) -> PolicyChange | None:
        """Say that runs of a policy have a BPMN process of their own; those that are started from now on use it."""
        return await self._make(policy, version, asked, "process", process=process)

    async def end_canary(self, policy: str, canary: Canary, asked: Asked, judged: Judgement) -> PolicyChange | None:
        """Take back or activate the canary that was judged; null when it isn't under way any more.

        Of many who have judged the same canary one makes the change, and what people did meanwhile stays.
        """

        def still(life: Life) -> int:
            line = life.lines.get(asked.tenant)
            now = line.canary if line else None
            if now is None or (now.version, now.since) != (canary.version, canary.since):
                raise _Over
            return canary.version

        kind: ChangeKind = "activate" if judged.verdict == "promote" else "rollback"
        try:
            return await self._make(policy, still, asked, kind, judged=judged)
        except _Over:
            return None

    async def rollback(self, policy: str, asked: Asked, *, version: int | None = None) -> PolicyChange:
        """Take back the canary, else the active version: the one before decides again.

        Raises:
            UsageError: `not_in_use`, also when `version` isn't in use any more; `nothing_before`.
        """

        def in_use(life: Life) -> int:
            line, now = life.lines.get(asked.tenant), self.clock.now()
            canary = line.canary.version if line and line.canary else None
            found = version or canary or (line.active(now) if line else None)
            if found is None:
                raise UsageError(
                    f"policy `{policy}` has no version of its own in use for tenant `{asked.tenant}`", code="not_in_use"
                )
            return found

        change = await self._make(policy, in_use, asked, "rollback")
        assert change is not None  # a rollback always changes something
        return change

    async def _make(
        self, policy: str, version: int | Callable[[Life], int], asked: Asked, kind: ChangeKind, **given: Any
    ) -> PolicyChange | None:
        """Check a change against the latest state, and add it; whoever was faster is looked at first."""
        for _ in range(ATTEMPTS):
            life = await self.life(policy)
            change = PolicyChange(
                policy=policy,
                number=life.number + 1,
                kind=kind,
                version=version if isinstance(version, int) else version(life),
                tenant=asked.tenant,
                who=asked.who,
                why=asked.why,
                at=self.clock.now(),
                **given,
            )
            check_change(life, change, four_eyes=self.four_eyes)
            if changes_nothing(life, change):
                return None
            if await self.store.change_policy(change):
                return change
        raise OperatorError(f"policy `{policy}` changes all the time; try again", code="policy_busy")
