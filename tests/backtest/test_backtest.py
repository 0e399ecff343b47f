"""A backtest finds what a slow computation finds: hop by hop, each out of the whole history of its run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.backtest.reference import figures_of
from tests.support.recorded_runs import (
    CATALOGUE,
    START,
    JumpingClock,
    Policies,
    Recorder,
    policy,
    record_runs,
    version_of,
)

from dmnroute.backtest.backtest import backtest
from dmnroute.backtest.outlook import Expected
from dmnroute.backtest.report import Backtest
from dmnroute.dmn import Model
from dmnroute.routing.ports.recorded import Window
from dmnroute.routing.ports.store import Store
from dmnroute.store.open import open_store

EXACT = Decimal("1e-20")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Policies, asyncio.Runner]]:
    """Runs of two versions, some of them steered by people."""
    folder: Path = tmp_path_factory.mktemp("recorded")
    with asyncio.Runner() as runner:
        store = runner.run(open_store(f"sqlite:///{folder}/runs.db"))

        async def record() -> Policies:
            policies = await record_runs(store, 80, steered=10)
            await policies.publish(policy(doubt="0.4", late="0.9"))
            async for _ in Recorder(
                store, policies, Random(2), JumpingClock(START + timedelta(days=30)), prefix="later"
            ).record(60):
                pass
            return policies

        yield store, runner.run(record()), runner
        runner.run(store.close())


def share() -> st.SearchStrategy[str]:
    return st.integers(0, 100).map(lambda number: f"{number / 100:.2f}")


DRAFTS = st.builds(
    policy,
    doubt=share(),
    score=st.integers(0, 100).map(str),
    late=share(),
    first=st.sampled_from(['"read"', '"judge"', '"nobody"', '["read", "judge"]', "null"]),
    hops=st.integers(1, 8).map(str),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=DRAFTS)
def test_a_backtest_is_what_a_slow_computation_finds(
    recorded: tuple[Store, Policies, asyncio.Runner], draft: Model
) -> None:
    """Hops, runs, rules, errors and expectations, for any thresholds."""
    store, policies, runner = recorded
    version = version_of(draft)
    found = runner.run(_backtest(store, policies, draft))
    slow = runner.run(figures_of(store, version, policies))
    assert found.asked == slow.asked
    assert found.changed_hops == len(slow.changed_hops)
    assert found.changed_runs == len(slow.changed_runs)
    assert found.stops == slow.stops
    assert {
        (each.before_rules, each.before, each.after_rules, each.after): each.hops for each in found.transitions
    } == (slow.moves)
    assert {(each.decision, each.rule): each.hits for each in found.rules if each.hits} == slow.hits
    assert {(each.decision, each.rule): each.recorded for each in found.rules if each.recorded} == slow.recorded
    assert {example for each in found.transitions for example in each.examples} <= slow.changed_hops
    outlook = found.outlook
    for measure, expected in enumerate((outlook.cost, outlook.latency, outlook.escalations)):
        assert _near(expected, slow.change(measure))


def _near(expected: Expected, slow: tuple[Decimal, Decimal, Decimal]) -> bool:
    """But for the last digits of 28."""
    return all(
        abs(one - other) < EXACT
        for one, other in zip((expected.change, expected.low, expected.high), slow, strict=True)
    )


async def _backtest(store: Store, policies: Policies, draft: Model, **how: object) -> Backtest:
    window = how.pop("window", Window("texts"))
    return await backtest(store, version_of(draft), CATALOGUE, policies.version, window=window, **how)  # type: ignore[arg-type]


def test_the_recorded_version_itself_changes_nothing(recorded: tuple[Store, Policies, asyncio.Runner]) -> None:
    """With what decided them, no run goes another way, and nothing is expected to change."""
    store, policies, runner = recorded
    later = runner.run(store.state("later00000"))
    assert later is not None
    window = Window("texts", since=later.run.started)
    found = runner.run(backtest(store, policies.versions[-1], CATALOGUE, policies.version, window=window))
    assert (found.runs, found.versions, found.unread) == (60, (2,), 0)
    assert (found.changed_hops, found.changed_runs, found.transitions) == (0, 0, ())
    assert found.outlook.cost.change == 0
    assert all(rule.hits == rule.recorded for rule in found.rules)
    assert sum(rule.hits for rule in found.rules if rule.decision == "Route") == found.asked


def test_a_window_without_runs_has_nothing_to_say(recorded: tuple[Store, Policies, asyncio.Runner]) -> None:
    """Where nothing was recorded nothing is found, and nothing fails."""
    store, policies, runner = recorded
    window = Window("texts", until=START - timedelta(days=1))
    found = runner.run(_backtest(store, policies, policy(), window=window))
    assert (found.runs, found.versions, found.changed_hops, found.outlook.runs) == (0, (), 0, 0)


def _changed(found: Backtest) -> set[tuple[str, int]]:
    return {example for each in found.transitions for example in each.examples}


def test_a_window_is_of_a_tenant_and_a_time(recorded: tuple[Store, Policies, asyncio.Runner]) -> None:
    """Runs of other tenants and times aren't looked at; the parts of a time make the whole."""
    store, policies, runner = recorded
    draft = policy(doubt="0.9")
    halves = [
        Window("texts", tenant="north", until=START + timedelta(hours=1)),
        Window("texts", tenant="north", since=START + timedelta(hours=1)),
    ]
    parts = [runner.run(_backtest(store, policies, draft, window=window)) for window in halves]
    whole = runner.run(_backtest(store, policies, draft, window=Window("texts", tenant="north")))
    assert whole.runs == sum(part.runs for part in parts)
    assert whole.changed_hops == sum(part.changed_hops for part in parts)
    assert 0 < parts[0].runs < whole.runs < 140


def test_the_seed_chooses_the_examples(recorded: tuple[Store, Policies, asyncio.Runner]) -> None:
    """The same seed shows the same hops, another one others; all figures stay."""
    store, policies, runner = recorded
    draft = policy(doubt="0.9")
    first, same, other = (runner.run(_backtest(store, policies, draft, seed=seed)) for seed in (1, 1, 2))
    assert first == same
    assert _changed(first) != _changed(other)
    assert first.changed_hops == other.changed_hops


def test_progress_tells_of_every_run(recorded: tuple[Store, Policies, asyncio.Runner]) -> None:
    """What is told adds up to the runs."""
    store, policies, runner = recorded
    told: list[int] = []
    runner.run(_backtest(store, policies, policy(), progress=told.append))
    assert sum(told) == 140


def test_runs_that_part_are_followed_as_far_as_the_record_goes(
    recorded: tuple[Store, Policies, asyncio.Runner],
) -> None:
    """Each of the chosen ones ends, stops or is unknown; all are chosen where that many are asked for."""
    store, policies, runner = recorded
    draft = policy(doubt="0.2", score="30")
    some, every = (runner.run(_backtest(store, policies, draft, replays=count)).replays for count in (5, 1000))
    assert some is not None
    assert every is not None
    assert (some.followed, some.parted) == (5, every.parted)
    assert every.followed == every.parted > 20
    told = sum(every.unknown.values()) + sum(every.stopped.values()) + every.known
    assert told == every.followed == sum(runs for ends in every.ends.values() for runs in ends.values())
    assert every.known > 10
    assert every.cost.low <= every.cost.change <= every.cost.high
    assert every.cost.change < 0
