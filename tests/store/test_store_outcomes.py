"""Outcomes that arrive by themselves: the first one counts; ok ones can be used again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.store.samples import decision, hop, kinds, later, outcome, run, state_of, step, write

from dmnroute.routing.canonical import digest
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import DecisionRecord, Plan
from dmnroute.routing.records.step import StepError
from dmnroute.routing.reuse_key import reuse_digest


@pytest.fixture(autouse=True)
async def started(store: Store) -> None:
    await store.create([run()])
    await write(store, hop(decision(width=3)))


async def test_an_outcome_is_read_back_as_written(store: Store) -> None:
    """Field by field; decimals are exact."""
    given = outcome(
        "r1/1.1",
        agent="named",
        status="failed",
        confidence=Decimal("0.10"),
        output={"total": Decimal("19.990"), "pages": [{"n": 1}]},
        metrics={"ratio": Decimal("0.1"), "count": Decimal(3)},
        error=StepError(kind="unreadable", message="no text\nat all", retryable=True),
        cost=Decimal("0.000000000000000000000000012345"),
        tokens=10**30,
        latency=Decimal("1.250"),
        attempt=3,
        reused=True,
        proposal=[{"agent": "ocr", "input": {"dpi": 600}}],
    )
    assert await store.record(given, at=later(2))
    history = await store.history("r1")
    assert history is not None
    kept = history.hops[0].outcomes["r1/1.1"]
    assert kept == given
    assert (str(kept.cost), str(kept.latency), str(kept.confidence)) == (str(given.cost), "1.250", "0.10")


async def test_the_first_outcome_wins(store: Store) -> None:
    """A second one is refused, whatever it says; state, cost and events stay as they are."""
    assert await store.record(outcome("r1/1.1", cost=Decimal("0.1")), at=later(2))
    before = await store.state("r1"), await store.events()
    assert not await store.record(outcome("r1/1.1", cost=Decimal("0.1")), at=later(3))
    assert not await store.record(outcome("r1/1.1", cost=Decimal(9), status="timeout"), at=later(4))
    assert (await store.state("r1"), await store.events()) == before


async def test_an_unknown_step_takes_no_outcome(store: Store) -> None:
    """False, and nothing changes."""
    assert not await store.record(outcome("r1/9.1"), at=later(2))
    assert await kinds(store) == ["run_started", "hop_decided"]


async def test_costs_add_up_exactly(store: Store) -> None:
    """Ten cents and twenty cents are thirty cents, and small amounts aren't lost beside large ones."""
    for index, cost in enumerate(("0.1", "0.2", "123456789012345678901234567890.000000000000001"), 1):
        await store.record(outcome(f"r1/1.{index}", cost=Decimal(cost)), at=later(index))
    state = await state_of(store)
    assert state.cost == Decimal("123456789012345678901234567890.300000000000001")
    assert state.updated == later(3)


async def test_an_outcome_of_an_ended_run_is_kept(store: Store) -> None:
    """A late step has cost money too; the run stays ended."""
    await write(store, hop(status="completed", result={"a": 1}))
    assert await store.record(outcome("r1/1.1", cost=Decimal("0.5")), at=later(9))
    state = await state_of(store)
    assert (state.status, state.result, state.cost) == ("completed", {"a": 1}, Decimal("0.5"))


async def test_an_ok_outcome_can_be_used_again(store: Store) -> None:
    """By agent, its version and the digest of its input."""
    given = outcome("r1/2.1", output={"total": Decimal("0.10")})
    value = {"dpi": 300, "path": "a.png"}
    await write(store, hop(_planned(value)))
    await store.record(given, at=later(2))
    assert await store.reusable("ocr", "1", digest(value)) == given
    assert await store.reusable("ocr", "1", digest({"path": "a.png", "dpi": 300})) == given
    assert await store.reusable("ocr", "2", digest(value)) is None
    assert await store.reusable("asr", "1", digest(value)) is None
    assert await store.reusable("ocr", "1", digest({"dpi": 301, "path": "a.png"})) is None


async def test_an_output_that_guards_look_at_is_found_only_with_them(store: Store) -> None:
    """It is kept as it was before they saw it."""
    guarded = step("r1/2.1", after=("censor",))
    await write(store, hop(decision(hop=2, plan=Plan(action="dispatch", steps=(guarded,)))))
    await store.record(outcome("r1/2.1"), at=later(2))
    assert await store.reusable("ocr", "1", digest({})) is None
    assert await store.reusable("ocr", "1", reuse_digest(guarded)) == outcome("r1/2.1")


@pytest.mark.parametrize("status", ["failed", "timeout", "cancelled", "skipped"])
async def test_only_ok_outcomes_can_be_used_again(store: Store, status: str) -> None:
    """What went wrong is tried anew."""
    await store.record(outcome("r1/1.1", status=status), at=later(2))
    assert await store.reusable("ocr", "1", digest({})) is None


async def test_the_latest_ok_outcome_is_used_again(store: Store) -> None:
    """By the time when it was recorded, however it came; of equal times the greater step id."""
    await store.record(outcome("r1/1.2", output={"n": 2}), at=later(8))
    await store.record(outcome("r1/1.1", output={"n": 1}), at=later(4))
    assert await store.reusable("ocr", "1", digest({})) == outcome("r1/1.2", output={"n": 2})
    last = outcome("r1/1.3", output={"n": 3})
    await write(store, hop(decision(hop=2), at=later(8), outcomes=[last]))
    assert await store.reusable("ocr", "1", digest({})) == last


def _planned(value: dict[str, object]) -> DecisionRecord:
    return decision(hop=2, plan=Plan(action="dispatch", steps=(step("r1/2.1", input=value),)))
