"""The time of a run and its hops in words: its SLO, what a hop was given, how long a step waited to be begun."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from dmnroute.cli.views.figures import seconds
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.history import History
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.records.run import RunState
from dmnroute.routing.records.step import Outcome

WORTH_TELLING = Decimal(1)
"""Seconds in the queue that are told."""


def slo(state: RunState) -> Iterator[str]:
    """``60 s, breached``"""
    target = state.run.limits.slo
    if target is not None:
        breached = seconds_between(state.run.started, state.updated) >= target
        yield seconds(target) + (", breached" if breached else "")


def breach(history: History, hop: int) -> Iterator[str]:
    """A line at the first decision after the breach."""
    target, hops = history.run.limits.slo, history.hops
    if target is None:
        return
    decisions = [each.decision for each in hops[max(hop - 2, 0) : hop]]
    passed = [seconds_between(history.run.started, each.at) - each.stood for each in decisions]
    if passed[-1] >= target and (hop == 1 or passed[0] < target):
        yield f"the SLO of {seconds(target)} was breached"


def given(plan: Plan) -> Iterator[str]:
    """What ends the hop whatever its steps do, or its wait would."""
    if plan.hop_timeout is not None:
        yield f"ends within {seconds(plan.hop_timeout)}, with what is there"
    if plan.until_slo:
        yield "ends when the SLO is breached"


def queued(outcome: Outcome) -> Iterator[str]:
    """``queued 12 s``"""
    if outcome.queued is not None and outcome.queued >= WORTH_TELLING:
        yield f"queued {seconds(outcome.queued)}"
