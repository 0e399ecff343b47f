"""What has to be published so that what decides is what a folder holds: for tables that are kept in Git."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dmnroute.dmn.checks import Finding
from dmnroute.dmn.diff import diff
from dmnroute.errors import TableError
from dmnroute.policies.kept import KeptVersions
from dmnroute.policies.versions import Versions
from dmnroute.publishing.draft import Draft
from dmnroute.publishing.gate import Gate
from dmnroute.routing.canonical import digest_of_bytes


@dataclass(frozen=True, slots=True)
class PlannedPolicy:
    """One table of the folder, or one policy that the folder doesn't have."""

    policy: str
    action: Literal["same", "publish", "refused", "left"]
    """left: it is active, and has no file; nothing is done about it."""
    base: int | None = None
    """The version that decides now."""
    changes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    draft: Draft | None = None


async def plan_folder(drafts: Sequence[Draft], gate: Gate, versions: Versions, *, tenant: str) -> list[PlannedPolicy]:
    """Every table of a folder held against what decides, in their order; nothing is changed by it."""
    planned = [await _planned(draft, gate, versions, tenant) for draft in drafts]
    known, now = {draft.name for draft in drafts}, versions.clock.now()
    for name in await versions.store.published():
        active = (await versions.life(name)).active(now, tenant)
        if name not in known and active is not None:
            planned.append(PlannedPolicy(name, "left", active))
    return planned


def is_refused(planned: Sequence[PlannedPolicy]) -> bool:
    """Whether the gate keeps any of them out: then nothing should be published."""
    return any(each.action == "refused" for each in planned)


async def _planned(draft: Draft, gate: Gate, versions: Versions, tenant: str) -> PlannedPolicy:
    base = (await versions.life(draft.name)).active(versions.clock.now(), tenant)
    stored = None if base is None else await versions.store.policy(draft.name, base)
    if stored is not None and stored.digest == digest_of_bytes(draft.text):
        return PlannedPolicy(draft.name, "same", base)
    judgement = await gate.judge(draft)
    if not judgement.passed or judgement.model is None:
        return PlannedPolicy(draft.name, "refused", base, findings=judgement.findings)
    changes: tuple[str, ...] = ()
    if stored is not None:
        try:
            changes = tuple(map(str, diff(KeptVersions(versions.store).load(stored).model, judgement.model)))
        except TableError:  # kept by another release
            changes = ()
    return PlannedPolicy(draft.name, "publish", base, changes, judgement.findings, draft)
