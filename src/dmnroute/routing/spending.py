"""What a run has used of its limits, and what steps need of them before they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from dmnroute.routing.amounts import Amounts
from dmnroute.routing.history import History
from dmnroute.routing.records.step import PEOPLE, Outcome, PlannedStep
from dmnroute.routing.rounds import decisions_of_tables

NOTHING = Amounts(cost=Decimal(0), tokens=0, calls=0)


def used(history: History) -> Amounts:
    """What counts against the limits of a run. A cost that nobody knows counts as it was estimated."""
    cost, tokens, calls = Decimal(0), 0, 0
    for step, outcome in _sent(history):
        cost += (step.reserve if outcome.cost is None else outcome.cost) or 0
        tokens += outcome.tokens
        calls += 0 if step.type == PEOPLE else outcome.calls
    return Amounts(cost=cost, tokens=tokens, calls=calls, hops=decisions_of_tables(history))


def unknown_costs(history: History) -> int:
    """How many outcomes there are of which nobody knows what they cost."""
    return sum(outcome.cost is None for outcome in history.outcomes())


def needs(step: PlannedStep) -> Amounts:
    """What is held back for a step; null is unknown. A child run needs all that it is given."""
    if step.type == PEOPLE:
        return NOTHING
    if step.child_policy is not None:
        return Amounts(cost=step.reserve, tokens=step.max_tokens or 0, calls=step.max_calls or 0)
    return Amounts(cost=step.reserve, tokens=step.reserve_tokens, calls=1)


def limits_left(history: History) -> Amounts:
    """What a run may still use; null where it has no limit."""
    limits = history.run.limits
    spent = used(history)
    given = Amounts(cost=limits.cost, tokens=limits.tokens, calls=limits.calls)
    left = given.minus(spent)
    return Amounts(
        cost=None if given.cost is None else left.cost,
        tokens=None if given.tokens is None else left.tokens,
        calls=None if given.calls is None else left.calls,
    )


def total(amounts: Iterable[Amounts]) -> Amounts:
    """The sums of what is known."""
    result = NOTHING
    for each in amounts:
        result = result.plus(each)
    return result


def _sent(history: History) -> Iterator[tuple[PlannedStep, Outcome]]:
    """The steps that were sent and have ended."""
    for hop in history.hops:
        for step in hop.sent():
            if step.id in hop.outcomes:
                yield step, hop.outcomes[step.id]
