"""When a fan-out has enough, and whether it got what it was waiting for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dmnroute.routing.history import Hop
from dmnroute.routing.join_condition import is_true
from dmnroute.routing.records.hop import HopEnd, Plan
from dmnroute.routing.records.step import Outcome
from dmnroute.routing.rounds import Round

FAILURES = ("failed", "timeout")
"""The statuses that count against `tolerate`: what a person cancelled or skipped is no failure."""


@dataclass(frozen=True, slots=True)
class JoinEnd:
    """The end of a fan-out."""

    met: bool
    """Whether the join got what it asks for."""
    problem: str | None = None
    """Why its condition couldn't be evaluated."""


@dataclass(frozen=True, slots=True)
class _Count:
    width: int
    ok: int
    failed: int
    open: int


def join_end(plan: Plan, outcomes: Sequence[Outcome]) -> JoinEnd | None:
    """How the join of a plan ends with the outcomes so far (by step index); null while it needs more.

    Counts don't depend on the order in which outcomes arrive. A condition that was true once has ended the hop.
    """
    count = _Count(
        width=len(plan.steps),
        ok=sum(outcome.status == "ok" for outcome in outcomes),
        failed=sum(outcome.status in FAILURES for outcome in outcomes),
        open=len(plan.steps) - len(outcomes),
    )
    met, problem = _is_met(plan, outcomes, count)
    if met:
        return JoinEnd(True)
    if count.open == 0:
        return JoinEnd(False, problem)
    return JoinEnd(False) if _is_hopeless(plan, count) else None


def round_joined(latest: Round, end: HopEnd) -> bool | None:
    """Whether the steps of a round that ended so gave what their join asks for; null where nothing was joined.

    Counts are taken of what guards left of the outcomes. Whether a condition was true when it mattered is recorded.
    """
    work = latest.work
    if work is None or work.decision.plan.action != "dispatch":
        return None
    if work.decision.plan.condition is not None:
        following = latest.hops[latest.hops.index(work) + 1 :]
        return following[0].decision.previous.condition if following else end.condition
    return _counted(work.decision.plan, latest.outcomes())


def hop_joined(hop: Hop, end: HopEnd) -> bool | None:
    """Whether the steps of a hop that ended so gave what its join asks for; null where nothing was joined."""
    plan = hop.decision.plan
    if plan.action != "dispatch" or plan.condition is not None:
        return end.condition
    return _counted(plan, hop.ordered())


def _counted(plan: Plan, outcomes: Sequence[Outcome]) -> bool:
    told = join_end(plan, outcomes)
    return told is not None and told.met


def _is_met(plan: Plan, outcomes: Sequence[Outcome], count: _Count) -> tuple[bool, str | None]:
    if plan.condition is not None:
        return is_true(plan.condition, outcomes, count.width)
    if plan.join is not None:
        return count.ok >= plan.join, None
    return count.open == 0 and count.failed <= (plan.tolerate or 0), None


def _is_hopeless(plan: Plan, count: _Count) -> bool:
    """More have failed than are tolerated, or too few are left. A join that wants more than all waits for all."""
    if plan.tolerate is not None and count.failed > plan.tolerate:
        return True
    return plan.join is not None and plan.join <= count.width and count.ok + count.open < plan.join
