"""The states of a policy's versions, folded from its audit log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from types import MappingProxyType
from typing import Literal, TypeAlias, assert_never

from dmnroute.routing.records.policy_change import DEFAULT_TENANT, PolicyChange
from dmnroute.routing.versions.line import Activation, Canary, Line, Reach, Shadow

VersionState: TypeAlias = Literal["draft", "verified", "shadow", "canary", "active", "retired"]


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who published a version, when and why."""

    version: int
    at: datetime
    why: str | None
    authors: frozenset[str]
    """Whoever kept it as a draft, or brought it through the gate."""
    verified: bool
    """Whether it has passed the gate."""


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a policy's versions so far. Immutable: whoever holds one sees one moment of it."""

    policy: str
    number: int = 0
    """Of the latest change; 0 before the first."""
    versions: Mapping[int, Authorship] = field(default_factory=lambda: MappingProxyType({}))
    lines: Mapping[str, Line] = field(default_factory=lambda: MappingProxyType({}))
    """Tenant → what is in use for it."""
    process: str | None = None
    """The id of the BPMN process of this policy alone, where one was deployed."""

    def whose(self, tenant: str, at: datetime) -> str:
        """Whose versions decide a tenant's runs: its own where one is active, else those of the default tenant."""
        own = self.lines.get(tenant)
        return tenant if own is not None and own.active(at) is not None else DEFAULT_TENANT

    def line(self, tenant: str, at: datetime) -> Line:
        """What decides a tenant's runs."""
        return self.lines.get(self.whose(tenant, at), Line())

    def active(self, at: datetime, tenant: str = DEFAULT_TENANT) -> int | None:
        """The version that decides a tenant's runs at a moment."""
        return self.line(tenant, at).active(at)

    def state(self, version: int, at: datetime, tenant: str = DEFAULT_TENANT) -> VersionState:
        """The state of a version for a tenant, from the most to the least that it may do."""
        line = self.line(tenant, at)
        if line.active(at) == version:
            return "active"
        if line.canary is not None and line.canary.version == version:
            return "canary"
        if line.shadow is not None and line.shadow.version == version:
            return "shadow"
        if version in line.withdrawn or line.was_active(version, at):
            return "retired"
        return "verified" if self.versions[version].verified else "draft"

    def after(self, change: PolicyChange) -> Life:
        """The life with one more change."""
        lines = MappingProxyType({**self.lines, change.tenant: _moved(self.lines.get(change.tenant, Line()), change)})
        process = change.process or self.process
        return replace(self, number=change.number, versions=self._published(change), lines=lines, process=process)

    def _published(self, change: PolicyChange) -> Mapping[int, Authorship]:
        if change.kind not in ("draft", "verify"):
            return self.versions
        verified = change.kind == "verify"
        new = Authorship(change.version, change.at, change.why, frozenset({change.who}), verified)
        known = self.versions.get(change.version)
        if known is not None:
            new = replace(
                known,
                why=known.why or change.why,
                authors=known.authors | new.authors,
                verified=known.verified or verified,
            )
        return MappingProxyType({**self.versions, change.version: new})


def life_of(policy: str, changes: Iterable[PolicyChange]) -> Life:
    """What became of a policy's versions by these changes, in their order."""
    return reduce(Life.after, changes, Life(policy))


def _moved(line: Line, change: PolicyChange) -> Line:
    match change.kind:
        case "draft" | "verify" | "process":
            return line
        case "shadow":
            return replace(_back(line, change), shadow=Shadow(change.version, change.at))
        case "unshadow":
            return replace(line, shadow=None)
        case "canary":
            return _with_canary(_back(line, change), change)
        case "activate":
            return _activated(_back(line, change), change)
        case "rollback":
            return _rolled_back(line, change)
    assert_never(change.kind)


def _back(line: Line, change: PolicyChange) -> Line:
    """What was taken back once may be tried again."""
    return replace(line, withdrawn=line.withdrawn - {change.version})


def _with_canary(line: Line, change: PolicyChange) -> Line:
    before = line.canary if line.canary is not None and line.canary.version == change.version else None
    share = Decimal(1) if change.share is None else change.share
    canary = Canary(change.version, share, change.at, change.tenants, change.guard)
    if before is not None:
        reach = Reach(change.at, before.share, before.tenants)
        same = (before.share, before.tenants) == (share, change.tenants)
        earlier = before.earlier if same else (*before.earlier, reach)
        canary = replace(canary, since=before.since, earlier=earlier)
    return replace(_without_shadow(line, change.version), canary=canary)


def _activated(line: Line, change: PolicyChange) -> Line:
    activation = Activation(change.version, change.starts or change.at, change.ends)
    line = replace(line, activations=(*line.activations, activation))
    if not activation.holds(change.at):
        return line
    is_canary = line.canary is not None and line.canary.version == change.version
    return replace(_without_shadow(line, change.version), canary=None if is_canary else line.canary)


def _without_shadow(line: Line, version: int) -> Line:
    is_shadow = line.shadow is not None and line.shadow.version == version
    return replace(line, shadow=None) if is_shadow else line


def _rolled_back(line: Line, change: PolicyChange) -> Line:
    """A canary ends, or all activations of the version do: what was active before decides again."""
    line = replace(line, withdrawn=line.withdrawn | {change.version})
    if line.canary is not None and line.canary.version == change.version:
        return replace(line, canary=None)
    return replace(line, activations=tuple(_ended(each, change) for each in line.activations))


def _ended(activation: Activation, change: PolicyChange) -> Activation:
    still = activation.ends is None or activation.ends > change.at
    return replace(activation, ends=change.at) if activation.version == change.version and still else activation
