"""Coverage: the share of branches that ended ok."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_DOWN, Context, Decimal

from dmnroute.routing.arrivals import since_restart
from dmnroute.routing.history import History
from dmnroute.routing.records.step import Outcome
from dmnroute.routing.rounds import Round, rounds

PLACES = Decimal("0.000001")
"""Rounded down: 1 is all of them."""
_WIDE = Context(prec=50, rounding=ROUND_DOWN)


def coverage_of(history: History) -> Decimal | None:
    """The share of a run's branches that ended ok, from 0 to 1; null without steps, and in edition 1.

    A branch that was done again in a later hop counts as it ended last. Steps of a hop that has no branches count by
    the name of their agent.
    """
    if history.run.edition == 1:
        return None
    latest: dict[str, Decimal] = {}
    for each in rounds(since_restart(history)):
        if _sends_steps(each):
            latest |= {_key(each, slot): _covered(each.outcome(slot)) for slot in _slots(each)}
    return _share(latest.values())


def coverage_of_round(latest: Round | None) -> Decimal | None:
    """The share of the branches of a round that ended ok; null where nothing was sent."""
    if latest is None or not _sends_steps(latest):
        return None
    return _share(_covered(latest.outcome(slot)) for slot in _slots(latest))


def _sends_steps(each: Round) -> bool:
    return each.hops[0].decision.intended.action == "dispatch"


def _slots(each: Round) -> range:
    return range(1, len(each.wanted) + 1)


def _key(each: Round, slot: int) -> str:
    step = each.wanted[slot - 1]
    return step.branch or step.agent


def _covered(outcome: Outcome | None) -> Decimal:
    """How much of a branch ended ok: of a child run, its own coverage."""
    if outcome is None or outcome.status != "ok":
        return Decimal(0)
    return Decimal(1) if outcome.coverage is None else outcome.coverage


def _share(covered: Iterable[Decimal]) -> Decimal | None:
    found = list(covered)
    if not found:
        return None
    total = Decimal(0)
    for each in found:
        total = _WIDE.add(total, each)
    return _WIDE.divide(total, Decimal(len(found))).quantize(PLACES, context=_WIDE).normalize(_WIDE)
