"""What a threshold costs is what the runs show that are followed with it, one by one."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from tests.support.recorded_runs import CATALOGUE, policy, record_runs, version_of

from dmnroute.backtest.cells import cell_of
from dmnroute.backtest.following import follow
from dmnroute.backtest.tuning import Share, tune
from dmnroute.errors import UsageError
from dmnroute.feel import compile
from dmnroute.routing.ports.recorded import Window
from dmnroute.routing.ports.store import Store
from dmnroute.store.open import open_store

RIGHT = compile("facts.score >= 40")
VALUES = [Decimal("0.2"), Decimal("0.6"), Decimal("0.8")]


async def _store() -> Store:
    store = await open_store("memory:")
    await record_runs(store, 60)
    return store


async def test_each_point_is_what_following_every_run_from_its_start_gives() -> None:
    """No run is left out, whatever was known beforehand of how it would go."""
    store = await _store()
    found = await tune(
        store, cell_of(version_of(policy()), "Grade/2/1"), RIGHT, CATALOGUE, window=Window("texts"), values=VALUES
    )
    assert [point.threshold for point in found.points] == VALUES
    assert [point.present for point in found.points] == [False, True, False]
    for point, value in zip(found.points, VALUES, strict=True):
        slow: Counter[str] = Counter()
        for state in await store.states(policy="texts"):
            history = await store.history(state.run.id)
            assert history is not None
            run = follow(history, 1, version_of(policy(doubt=str(value))), CATALOGUE)
            asked = any(hop.decision.plan.action == "escalate" for hop in run.history.hops)
            kind = "asked" if asked else "alone" if run.is_known else run.end
            slow[kind] += 1
        assert (point.alone, point.asked, point.unknown, point.stopped) == (
            slow["alone"],
            slow["asked"],
            slow["unknown"],
            slow["stopped"],
        )
    await store.close()
    assert len({(point.alone, point.asked) for point in found.points}) > 1


async def test_wrong_ends_are_counted_where_nobody_looks() -> None:
    """With the recorded threshold they are those of the recorded runs that asked nobody."""
    store = await _store()
    found = await tune(
        store, cell_of(version_of(policy()), "Grade/2/1"), RIGHT, CATALOGUE, window=Window("texts"), values=[]
    )
    wrong = judged = 0
    for state in await store.states(policy="texts"):
        history = await store.history(state.run.id)
        assert history is not None
        if any(hop.decision.plan.action == "escalate" for hop in history.hops):
            continue
        scores = [outcome.output["score"] for outcome in history.outcomes() if outcome.status == "ok"]
        judged += bool(scores)
        wrong += bool(scores) and scores[-1] < 40
    await store.close()
    (point,) = found.points
    assert (point.error.count, point.error.of) == (wrong, judged)
    assert wrong > 0


async def test_the_best_threshold_asks_least_within_the_limit() -> None:
    """Where no threshold is good enough there is none."""
    store = await _store()
    cell = cell_of(version_of(policy()), "Grade/2/1")
    best = []
    for limit in ("1", "0"):
        found = await tune(
            store, cell, RIGHT, CATALOGUE, window=Window("texts"), values=VALUES, max_error=Decimal(limit)
        )
        best.append(found.best)
    await store.close()
    least = min(found.points, key=lambda point: point.escalations.value or 0)
    assert best == [least.threshold, None]


async def test_candidates_lie_as_the_recorded_values_do() -> None:
    """Without any given, they part the recorded values into parts of one size; the present one is among them."""
    store = await _store()
    found = await tune(store, cell_of(version_of(policy()), "Grade/2/1"), RIGHT, CATALOGUE, window=Window("texts"))
    await store.close()
    thresholds = [point.threshold for point in found.points]
    assert thresholds == sorted(set(thresholds))
    assert 8 <= len(thresholds) <= 10
    assert Decimal("0.6") in thresholds


def test_a_share_has_an_interval() -> None:
    """Wilson's, which holds even where nothing was wrong."""
    assert Share(0, 0).interval is None
    low, high = Share(0, 20).interval or (None, None)
    assert low == 0
    assert high is not None
    assert round(high, 4) == Decimal("0.1611")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Grade", "`Grade` names no cell"),
        ("Grade/9/1", "`Grade` has no rule 9; it has 4"),
        (
            "Grade/2/confidence",
            "`Grade` has no input column `confidence`; it has `steps.read.confidence`, `facts.score`",
        ),
        ("Grade/1/1", "the cell `null` compares with no number, and one is needed"),
    ],
)
def test_a_cell_that_is_none_is_told(name: str, message: str) -> None:
    """With what there is."""
    with pytest.raises(UsageError) as error:
        cell_of(version_of(policy()), name)
    assert error.value.message == message
