"""Publish a table: through the gate, into the store, and into force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from dmnroute.dmn import Model
from dmnroute.dmn.checks import Finding
from dmnroute.dmn.diff import diff
from dmnroute.errors import TableError, UsageError
from dmnroute.policies.kept import KeptVersions
from dmnroute.policies.versions import Asked, Versions
from dmnroute.publishing.draft import Draft
from dmnroute.publishing.gate import Gate, Judgement
from dmnroute.routing.versions.life import VersionState

Goal: TypeAlias = Literal["draft", "verified", "active"]
"""How far a table is to come: kept only; through the gate; in force."""

HELD = frozenset({"four_eyes", "canary_under_way"})
"""Why a version that has passed the gate isn't made active by its publisher."""


@dataclass(frozen=True, slots=True)
class Publication:
    """How far a table has come."""

    policy: str
    findings: tuple[Finding, ...]
    """Errors, which kept it out, and warnings; each with its place (file, decision, rule, column)."""
    version: int | None = None
    """Its number; null when it was kept out. The same text always has the same number."""
    state: VersionState | None = None
    base: int | None = None
    """The version that was active before."""
    changes: tuple[str, ...] = ()
    """What it changes of that one, cell by cell, in words."""
    cases: int = 0
    """Test cases that it has passed."""
    new: bool = False
    """Whether anything has changed: publishing the same table twice changes nothing."""
    held: UsageError | None = None
    """Why it isn't active though that was asked for: somebody else has to approve it, or a canary is under way."""

    @property
    def refused(self) -> bool:
        """Whether the gate kept it out."""
        return self.version is None


async def publish(
    draft: Draft,
    gate: Gate,
    versions: Versions,
    asked: Asked,
    *,
    goal: Goal = "active",
    judgement: Judgement | None = None,
    starts: datetime | None = None,
    ends: datetime | None = None,
) -> Publication:
    """Bring a table through the gate (parse → check → test cases → further checks), keep it, and put it into force.

    What the gate finds wrong isn't raised: it comes back as findings with their places, and nothing is kept then. A
    draft has to be readable only. Publishing is repeatable: after a crash the same call goes on where it was.

    The routers of all processes follow within a second. `asked` says who publishes, why, and for which tenant; `starts`
    and `ends`, from when and until when it decides. `judgement` is what the gate has said of this very draft already;
    it isn't asked again then.

    Raises:
        OperatorError: the store is away, or `unreadable_cases`.
    """
    judgement = judgement or await gate.judge(draft)
    kept_out = judgement.model is None if goal == "draft" else not judgement.passed
    if kept_out or judgement.model is None:
        return Publication(draft.name, judgement.findings, cases=judgement.cases)
    life, now = await versions.life(draft.name), versions.clock.now()
    base = life.active(now, asked.tenant)
    changes = await _changes(versions, draft.name, base, judgement.model)
    stored = await versions.store.add_version(draft.name, draft.file, draft.text, at=now)
    kind: Literal["draft", "verify"] = "draft" if goal == "draft" else "verify"
    kept = await versions.publish(draft.name, stored.version, asked, kind=kind, base=base, changes=changes)
    activated, held = None, None
    if goal == "active":
        try:
            activated = await versions.activate(draft.name, stored.version, asked, starts=starts, ends=ends)
        except UsageError as error:
            if error.code not in HELD:
                raise
            held = error
    life = await versions.life(draft.name)
    return Publication(
        draft.name,
        judgement.findings,
        version=stored.version,
        state=life.state(stored.version, versions.clock.now(), asked.tenant),
        base=base,
        changes=changes,
        cases=judgement.cases,
        new=bool(kept or activated),
        held=held,
    )


async def _changes(versions: Versions, policy: str, base: int | None, model: Model) -> tuple[str, ...]:
    """Cell by cell; nothing when this release can't load the version before."""
    if base is None:
        return ()
    try:
        before = await KeptVersions(versions.store).version(policy, base)
    except TableError:
        return ()
    return tuple(str(change) for change in diff(before.model, model))
