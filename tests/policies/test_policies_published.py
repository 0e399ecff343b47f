"""Policies that were published: what people made active decides, until then the folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.store.samples import decision
from tests.support.tables import route

from dmnroute.errors import OperatorError, RouteError
from dmnroute.policies.folder import FolderPolicies
from dmnroute.policies.published import PublishedPolicies
from dmnroute.policies.versions import Asked, Versions
from dmnroute.routing.history import History, Hop
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.hop import HopEnd
from dmnroute.routing.records.run import Origin, Run
from dmnroute.routing.steering import policy_of
from dmnroute.store.open import open_store
from dmnroute.testing import ManualClock

ANN = Asked("ann")


class Passing:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[tuple[PublishedPolicies, Versions, Path, Passing]]:
    store, clock, passing = await open_store(str(tmp_path / "s.db")), ManualClock(), Passing()
    folder = FolderPolicies(tmp_path, store, clock, check=lambda model: [])
    yield PublishedPolicies(store, clock, folder, passed=passing), Versions(store, clock), tmp_path, passing
    await store.close()


def text(agent: str) -> str:
    return route(["run.hop"], ["agent"], [["-", f'"{agent}"']])


async def published(versions: Versions, agent: str, asked: Asked = ANN, **span: object) -> int:
    stored = await versions.store.add_version("p", "p.dmn", text(agent).encode(), at=versions.clock.now())
    await versions.publish("p", stored.version, asked)
    await versions.activate("p", stored.version, asked, **span)  # type: ignore[arg-type]
    return stored.version


async def test_the_folder_decides_until_somebody_publishes(
    made: tuple[PublishedPolicies, Versions, Path, Passing],
) -> None:
    """From then on saving the file changes nothing; a change is followed half a second later at the latest."""
    policies, versions, folder, passing = made
    (folder / "p.dmn").write_text(text("saved"))
    assert (await policies.active("p")).version == 1
    number = await published(versions, "released")
    assert (await policies.active("p")).version == 1
    passing.seconds += 0.5
    assert (await policies.active("p")).version == number == 2
    (folder / "p.dmn").write_text(text("saved again"))
    passing.seconds += 1
    assert (await policies.active("p")).version == 2


async def test_a_policy_without_a_file_can_be_published(
    made: tuple[PublishedPolicies, Versions, Path, Passing],
) -> None:
    """Its versions are in the store; other processes need no folder."""
    policies, versions, _, _ = made
    with pytest.raises(RouteError, match="unknown policy `p`"):
        await policies.active("p")
    await published(versions, "released")
    policies.fresh = 0
    assert (await policies.active("p")).version == 1
    assert (await policies.version("p", 1)).model.source == text("released").encode()
    with pytest.raises(OperatorError, match="policy `p` has no version 7"):
        await policies.version("p", 7)


async def test_each_tenant_is_decided_by_its_own(made: tuple[PublishedPolicies, Versions, Path, Passing]) -> None:
    """Where it has one."""
    policies, versions, _, _ = made
    await published(versions, "for all")
    await published(versions, "for the north", Asked("ann", tenant="north"))
    now = versions.clock.now()
    runs = [Run(id="r", policy="p", tenant=tenant, started=now) for tenant in ("north", "south")]
    assert [(await policies.active("p", run)).version for run in runs] == [2, 1]


async def test_a_policy_whose_time_is_over_has_a_clear_error(
    made: tuple[PublishedPolicies, Versions, Path, Passing],
) -> None:
    """The folder doesn't stand in for it: people have decided otherwise."""
    policies, versions, folder, _ = made
    (folder / "p.dmn").write_text(text("saved"))
    await published(versions, "over", ends=versions.clock.now() + timedelta(seconds=10))
    assert (await policies.active("p")).version == 1
    await versions.clock.advance(10)  # type: ignore[attr-defined]
    with pytest.raises(RouteError) as caught:
        await policies.active("p")
    assert caught.value.code == "nothing_active"
    assert str(caught.value) == (
        "no version of policy `p` is active now\n"
        "hint: `dmnroute policies p` shows its versions; `dmnroute policy activate` takes one"
    )


def test_a_run_that_pins_nothing_names_no_version() -> None:
    """Runs from before follow what is active, as they always did."""
    started = Run(id="r", policy="p", started=ManualClock().now())
    assert policy_of(History(started)) == ("p", None)
    assert policy_of(History(started.model_copy(update={"pins": True}))) == ("p", None)


async def test_two_routers_follow_a_change_within_half_a_second(
    made: tuple[PublishedPolicies, Versions, Path, Passing],
) -> None:
    """Each by itself, from the store that they share; what one was given before stays whole."""
    one, versions, _, passing = made
    two = PublishedPolicies(versions.store, versions.clock, one.unpublished, passed=passing)
    await published(versions, "first")
    before = [await each.active("p") for each in (one, two)]
    number = await published(versions, "second")
    passing.seconds += 0.5
    assert [(await each.active("p")).version for each in (one, two)] == [number, number]
    assert [each.version for each in before] == [1, 1]
    assert all(b"first" in each.model.source for each in before)


def kept_by(*decided: tuple[int, int], controls: Sequence[Control] = (), **fields: Any) -> tuple[str, int | None]:
    """The version that a run keeps whose hops were decided by these (version, controls seen)."""
    hops = [
        Hop(decision("r1", number, policy="p", version=version, controls_seen=seen), {})
        for number, (version, seen) in enumerate(decided, 1)
    ]
    started = Run(id="r1", policy="p", started=ManualClock().now(), pins=True, **fields)
    return policy_of(History(started, tuple(hops), controls=tuple(controls)))


def test_a_run_keeps_the_version_of_its_latest_own_decision() -> None:
    """That of the first one, unless it was tried anew; a fork of it begins without one."""
    assert kept_by((3, 0), (3, 0)) == ("p", 3)
    assert kept_by((3, 0), (4, 0)) == ("p", 4)
    origin = Origin(run="r0", hops=2, end=HopEnd(status="ok"))
    assert kept_by((3, 0), (3, 0), origin=origin) == ("p", None)
    assert kept_by((3, 0), (3, 0), (5, 0), origin=origin) == ("p", 5)


def test_a_run_that_is_sent_to_another_policy_keeps_a_version_of_that() -> None:
    """A version that a person named stays, also when the run is tried anew."""
    asked = Control(run="r1", number=1, kind="policy", data={"policy": "p"}, who="ann", at=ManualClock().now())
    assert kept_by((3, 0), controls=[asked]) == ("p", None)
    assert kept_by((3, 0), (4, 1), controls=[asked]) == ("p", 4)
    named = asked.model_copy(update={"data": {"policy": "p", "version": 2}})
    assert kept_by((3, 0), (2, 1), controls=[named]) == ("p", 2)
    history = History(Run(id="r1", policy="p", started=ManualClock().now(), pins=True), controls=(named,))
    assert policy_of(history, anew=True) == ("p", 2)
