"""One step by its id: what an agent was asked, and what it answered."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.store.samples import decision, hop, later, outcome, run, step, write

from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import Plan


@pytest.fixture(autouse=True)
async def started(store: Store) -> None:
    await store.create([run()])


async def test_a_step_waits_for_its_outcome(store: Store) -> None:
    """It is read back as planned; there is no outcome yet."""
    planned = step(
        "r1/1.2",
        input={"amount": Decimal("0.10")},
        deadline=later(9),
        reserve=Decimal("0.010"),
        timeout=Decimal("2.50"),
    )
    await write(store, hop(decision(plan=Plan(action="dispatch", steps=(step("r1/1.1"), planned)))))
    assert await store.step("r1/1.2") == (planned, None)


async def test_a_step_comes_with_its_outcome(store: Store) -> None:
    """Whether it arrived by itself, or with a hop; the outcome of another step isn't its own."""
    await write(store, hop(decision(width=3)))
    alone, with_hop = outcome("r1/1.1", cost=Decimal("0.10")), outcome("r1/1.3", status="failed", output=None)
    await store.record(alone, at=later(1))
    await write(store, hop(decision(hop=2), outcomes=[with_hop]))
    assert await store.step("r1/1.1") == (step("r1/1.1"), alone)
    assert await store.step("r1/1.2") == (step("r1/1.2"), None)
    assert await store.step("r1/1.3") == (step("r1/1.3"), with_hop)
    assert await store.step("r1/2.1") == (step("r1/2.1"), None)


@pytest.mark.parametrize("name", ["r1/1.9", "r2/1.1", "r1", ""])
async def test_a_step_that_was_never_planned_is_null(store: Store, name: str) -> None:
    """Neither is a run a step."""
    await write(store, hop(decision()))
    assert await store.step(name) is None
