"""What decides the runs of a tenant: versions of a policy, each in its role."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dmnroute.routing.records.run import Run

_WHOLE = 1 << 64


@dataclass(frozen=True, slots=True)
class Activation:
    """A version decides in a span of time; its end isn't included, and may be open."""

    version: int
    starts: datetime
    ends: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.starts <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True)
class Shadow:
    """A version that is asked at every hop, too, and never followed."""

    version: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """Which new runs a canary took until its share or tenants were changed."""

    until: datetime
    share: Decimal
    tenants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Canary:
    """A version that decides some of the runs."""

    version: int
    share: Decimal
    """Of new runs (0-1)."""
    since: datetime
    tenants: tuple[str, ...] = ()
    """Whose runs; none named: everybody's."""
    guard: str | None = None
    """The text of the DMN file that judges it."""
    earlier: tuple[Reach, ...] = ()
    """What it took before, in order: runs that started then stay where they are."""

    def takes(self, policy: str, run: str, tenant: str) -> bool:
        """Whether it decides a new run: always the same answer for the same run, and other runs for other canaries."""
        return self._draws(policy, run, tenant, self.share, self.tenants)

    def has(self, policy: str, run: Run) -> bool:
        """Whether it decides a run, by what held when the run started: whatever changes later, a run stays."""
        if run.started < self.since:
            return False
        reach = next((each for each in self.earlier if run.started < each.until), self)
        return self._draws(policy, run.id, run.tenant, reach.share, reach.tenants)

    def _draws(self, policy: str, run: str, tenant: str, share: Decimal, tenants: tuple[str, ...]) -> bool:
        if tenants and tenant not in tenants:
            return False
        text = f"{policy}:{self.version}:{run}"
        drawn = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8])
        return drawn < share * _WHOLE


@dataclass(frozen=True, slots=True)
class Line:
    """The versions of a policy that are in use for a tenant, by their roles."""

    activations: tuple[Activation, ...] = ()
    """In the order in which they were made: of those that hold, the last one counts."""
    shadow: Shadow | None = None
    canary: Canary | None = None
    withdrawn: frozenset[int] = frozenset()
    """Versions that were taken back."""

    def active(self, at: datetime) -> int | None:
        """The version that decides at a moment."""
        return next((each.version for each in reversed(self.activations) if each.holds(at)), None)

    def was_active(self, version: int, at: datetime) -> bool:
        """Whether a version has been active by then."""
        return any(each.version == version and each.starts <= at for each in self.activations)
