"""Hops that follow from what tables decided last, without asking them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from dmnroute.routing.again import again
from dmnroute.routing.guarding import guarded, next_guards_after, next_guards_before
from dmnroute.routing.people import asked_again
from dmnroute.routing.records.hop import Plan, Stage
from dmnroute.routing.retrying import back_off, try_again
from dmnroute.routing.rounds import Round
from dmnroute.routing.situation import Situation

FollowUp: TypeAlias = Callable[[Round, Situation], Plan | None]
"""Looks at a round whose latest hop has ended, and gives the next plan when there is something to do."""

FOLLOW_UPS: Sequence[tuple[Stage, FollowUp]] = (
    ("again", again),
    ("guards_before", next_guards_before),
    ("guarded", guarded),
    ("backoff", back_off),
    ("retry", try_again),
    ("guards_after", next_guards_after),
    ("asked_again", asked_again),
)
"""In this order: the first one that has something to do is the next hop. Pure, as everything that decides."""


def follow_up(latest: Round | None, situation: Situation) -> tuple[Stage, Plan] | None:
    """The next hop of a round that isn't complete; null when it is the tables' turn.

    Raises:
        RouteError: `unknown_agent`, `invalid_input`.
    """
    if latest is None:
        return None
    for stage, next_plan in FOLLOW_UPS:
        plan = next_plan(latest, situation)
        if plan is not None:
            return stage, plan
    return None
