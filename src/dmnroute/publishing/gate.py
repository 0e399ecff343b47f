"""The gate: what a table has to pass before it may decide. Parse → check → test → whatever else a project asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from dmnroute.agents.registry import Registry
from dmnroute.cases.judging import Judged, judge_policy
from dmnroute.dmn import Model, load
from dmnroute.dmn.checks import Finding
from dmnroute.dmn.checks.finding import from_error
from dmnroute.errors import Place, TableError
from dmnroute.publishing.draft import Draft
from dmnroute.routing.checks import check_policy

FurtherCheck = Callable[[Draft, Model], Awaitable[Sequence[Finding]]]
"""Looks at a draft that has passed everything before it; an error keeps the draft out."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate says of a draft."""

    findings: tuple[Finding, ...]
    model: Model | None
    """Null when it can't even be read."""
    cases: int = 0
    """Test cases that were run."""

    @property
    def passed(self) -> bool:
        """Whether there is no error."""
        return not any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Gate:
    """Judges drafts against the agents of a project."""

    registry: Registry
    further: Sequence[FurtherCheck] = ()

    async def judge(self, draft: Draft) -> Judgement:
        """Go through the gate as far as the draft comes: what follows an error would only repeat it."""
        try:
            model = load(draft.text, name=draft.file)
        except TableError as error:
            return Judgement((from_error(error),), None)
        judgement = Judgement(check_policy(model, self.registry.catalogue), model)
        if judgement.passed and draft.cases:
            judgement = await self._tested(draft, judgement)
        for check in self.further if judgement.passed else ():
            found = (*judgement.findings, *await check(draft, model))
            judgement = Judgement(found, model, judgement.cases)
        return judgement

    async def _tested(self, draft: Draft, judgement: Judgement) -> Judgement:
        with draft.placed() as file:
            try:
                judged = await judge_policy(file, self.registry, files=draft.cases)
            except TableError as error:
                return Judgement((*judgement.findings, from_error(error)), judgement.model)
        found = (*judgement.findings, *_failures(judged))
        return Judgement(found, judgement.model, len(judged.verdicts))


def _failures(judged: Judged) -> list[Finding]:
    return [
        Finding(
            "case_failed",
            "error",
            f"test case `{verdict.placed.case.name}` failed: {'; '.join(verdict.problems)}",
            Place(file=verdict.placed.where),
        )
        for verdict in judged.failed
    ]
