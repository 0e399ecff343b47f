"""What the breakers before a plan's steps say to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dmnroute.routing.breaker_gate import Gate, gate, names_asked
from dmnroute.routing.breaker_rules import BreakerRules
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.step import Outcome, PlannedStep


async def ask_breakers(
    steps: Sequence[PlannedStep],
    arrived: Sequence[tuple[PlannedStep, Outcome]],
    rules: BreakerRules,
    store: Store,
    *,
    now: datetime,
) -> Gate:
    """Which of the steps may go, once the outcomes that arrived are counted, and what that changes of breakers."""
    names = names_asked(steps, rules)
    if not names:
        return Gate()
    return gate(steps, await store.breakers(names), rules, arrived=arrived, now=now)
