"""The guard of a canary: a decision table that says what becomes of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import localcontext
from typing import Any, get_args

from pydantic import BaseModel

from dmnroute.dmn import Model, load
from dmnroute.dmn import checks as dmn_checks
from dmnroute.errors import Place, TableError, UsageError
from dmnroute.routing.asking import rule_hits
from dmnroute.routing.decide import DECIMAL128
from dmnroute.routing.mistakes import FATAL_NOTICES
from dmnroute.routing.records.policy_change import DEFAULT_TENANT
from dmnroute.routing.records.trial import Judgement, TrialContext, TrialFigures, Verdict

GUARD = "Guard"
"""The decision of a guard's file. Its outputs: `verdict`, and `reason` if it likes."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def judge(guard: Model, seen: TrialContext, *, now: datetime) -> Judgement:
    """What a guard says; where no rule matches, the canary goes on.

    Raises:
        TableError: `wrong_verdict`, or the mistake that keeps the table from an answer.
    """
    with localcontext(DECIMAL128):
        result = guard.evaluate(GUARD, seen.model_dump(), now=now)
    mistake = next((notice for notice in result.notices if notice.kind in FATAL_NOTICES), None)
    if mistake is not None:
        raise TableError(mistake.message, code=mistake.kind, place=mistake.place)
    if result.value is None and not result.matched:
        return Judgement(verdict="continue", seen=seen)
    said = result.value if isinstance(result.value, dict) else {"verdict": result.value}
    verdict, reason = said.get("verdict"), said.get("reason")
    if verdict not in VERDICTS:
        raise TableError(
            f"`{verdict}` is no verdict",
            code="wrong_verdict",
            place=Place(file=guard.definitions.file, decision=GUARD),
            hint=f"one of {', '.join(VERDICTS)}",
        )
    return Judgement(
        verdict=verdict, rules=rule_hits(result), reason=None if reason is None else str(reason), seen=seen
    )


def checked_guard(text: str, *, name: str, now: datetime) -> Model:
    """A guard that can be trusted with a canary: its names exist, and it waits while nothing is known.

    Raises:
        TableError: what is wrong with it, with its place.
        UsageError: `hasty_guard`.
    """
    guard = load(text.encode(), name=name)
    if GUARD not in guard.decisions:
        hint = "its outputs are `verdict` (continue, rollback, promote) and, if you like, `reason`"
        raise TableError(f"no decision `{GUARD}`", code="no_guard", place=Place(file=name), hint=hint)
    for finding in dmn_checks.check(guard, known_names=guard_names()):
        if finding.severity == "error":
            raise finding.as_error()
    first = judge(guard, _nothing_known(), now=now)
    if first.verdict != "continue":
        raise UsageError(
            f"the guard `{name}` says `{first.verdict}` before the canary has decided any run",
            code="hasty_guard",
            hint="let it wait for runs, as in `canary.runs >= 20`; rates and means are null until they are known",
        )
    return guard


def _nothing_known() -> TrialContext:
    figures = TrialFigures(version=1), TrialFigures(version=2)
    nothing: dict[str, Any] = {"share": 0, "elapsed": 0, "active": figures[0], "canary": figures[1]}
    return TrialContext(policy="", tenant=DEFAULT_TENANT, **nothing)


def guard_names() -> frozenset[str]:
    """Dotted paths of everything that a guard can read."""
    return frozenset(_paths(TrialContext))


def _paths(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (f"{name}.{path}" for path in _paths(kind))
        else:
            yield name


def because(judgement: Judgement) -> str:
    """The rule, its reason, and the figures: what the audit log says of it."""
    own = [hit for hit in judgement.rules if hit.decision == GUARD]
    rules = " and ".join(f"rule {hit.rule}" for hit in own) or "no rule"
    said = judgement.reason or next((hit.annotation for hit in own if hit.annotation), "")
    return f"{rules} of its guard{f' ({said})' if said else ''}: {told(judgement.seen)}"


def told(seen: TrialContext) -> str:
    """``canary 7 of 40 runs in error, active 1 of 360``"""
    return f"canary {_told(seen.canary)}; active {_told(seen.active)}"


def _told(figures: TrialFigures) -> str:
    wrong, known = figures.failed + figures.stopped, figures.completed + figures.failed + figures.stopped
    return f"{wrong} of {known} runs went wrong, {figures.escalated} of {figures.runs} asked people"
