"""The guard of a canary: what it reads, what it may say, and what is refused before it can do harm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.tables import route

from dmnroute.cli.commands.init import TEMPLATE
from dmnroute.errors import DmnrouteError
from dmnroute.policies.trials import Judge, trial
from dmnroute.policies.versions import Asked, Versions
from dmnroute.routing.ports.runs import HopWrite
from dmnroute.routing.ports.trials import TrialRun
from dmnroute.routing.records.policy_change import PolicyChange
from dmnroute.routing.records.run import Run, RunStatus
from dmnroute.routing.records.trial import TrialContext, TrialFigures
from dmnroute.routing.versions.guard import because, checked_guard, judge
from dmnroute.routing.versions.life import life_of
from dmnroute.routing.versions.trial import trial_of
from dmnroute.store.open import open_store
from dmnroute.testing import ManualClock

START = datetime(2026, 7, 1, tzinfo=UTC)
SHIPPED = TEMPLATE / "dmn" / "guards" / "canary.dmn"


def guard(inputs: list[str], *rules: list[str], outputs: list[str] | None = None) -> str:
    return route(inputs, outputs or ["verdict"], list(rules)).replace("Route", "Guard")


def figures(version: int, **known: Any) -> TrialFigures:
    return TrialFigures(version=version, **known)


def seen(canary: dict[str, Any], active: dict[str, Any], *, elapsed: int = 7200) -> TrialContext:
    return TrialContext(
        policy="p",
        tenant="default",
        share=Decimal("0.1"),
        elapsed=Decimal(elapsed),
        canary=figures(2, **canary),
        active=figures(1, **active),
    )


def asked_of_shipped(canary: dict[str, Any], active: dict[str, Any], **more: Any) -> tuple[str, str | None]:
    table = checked_guard(SHIPPED.read_text(), name="canary.dmn", now=START)
    said = judge(table, seen(canary, active, **more), now=START)
    return said.verdict, said.reason


def test_the_shipped_guard_waits_takes_back_and_promotes() -> None:
    """By rates, never by what isn't known: null meets no condition."""
    well = {"runs": 300, "error_rate": Decimal(0), "escalation_rate": Decimal("0.1"), "cost_mean": Decimal("0.01")}
    assert asked_of_shipped({"runs": 19, "error_rate": Decimal(1)}, well) == ("continue", None)
    assert asked_of_shipped({"runs": 20, "error_rate": Decimal("0.6")}, {}) == (
        "rollback",
        "more than half of its runs go wrong",
    )
    assert asked_of_shipped({**well, "error_rate": Decimal("0.06")}, well) == ("rollback", "more of its runs go wrong")
    assert asked_of_shipped({**well, "escalation_rate": Decimal("0.3")}, well) == (
        "rollback",
        "it asks people more often",
    )
    assert asked_of_shipped({**well, "cost_mean": Decimal("0.02")}, well) == ("rollback", "it costs more")
    assert asked_of_shipped(well, well) == ("promote", "200 runs and an hour without harm")
    assert asked_of_shipped(well, well, elapsed=3599) == ("continue", None)
    assert asked_of_shipped(well, {}) == ("continue", None)


def test_a_verdict_may_stand_alone_and_no_rule_lets_the_canary_go_on() -> None:
    """A table with one output is read by its name."""
    table = checked_guard(guard(["canary.stopped"], ["> 2", '"rollback"']), name="g.dmn", now=START)
    assert judge(table, seen({}, {}), now=START).verdict == "continue"
    said = judge(table, seen({"runs": 9, "completed": 1, "stopped": 3, "escalated": 2}, {}), now=START)
    assert (said.verdict, [hit.rule for hit in said.rules]) == ("rollback", [1])
    assert because(said) == (
        "rule 1 of its guard: canary 3 of 4 runs went wrong, 2 of 9 asked people;"
        " active 0 of 0 runs went wrong, 0 of 0 asked people"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (route(["canary.runs"], ["verdict"], [["-", '"continue"']]), "no_guard: no decision `Guard`"),
        (guard(["canary.eror_rate"], ["> 1", '"rollback"']), "unknown_name: unknown name `canary.eror_rate`"),
        (guard(["canary.runs"], ["-", '"promote"']), "hasty_guard: the guard `g.dmn` says `promote` before the canary"),
        (guard(["canary.runs"], ["-", '"stop"']), "wrong_verdict: `stop` is no verdict"),
    ],
)
def test_a_guard_that_cannot_be_trusted_is_refused(text: str, problem: str) -> None:
    """Before the canary begins, and not when it is too late."""
    with pytest.raises(DmnrouteError) as caught:
        checked_guard(text, name="g.dmn", now=START)
    assert f"{caught.value.code}: {caught.value.message}".startswith(problem)


def ended(name: str, status: RunStatus, *, seconds: int = 10, tenant: str = "default", **more: Any) -> TrialRun:
    run = Run(id=name, policy="p", tenant=tenant, started=START + timedelta(hours=5))
    known = {"hop": 3, "cost": Decimal("0.5"), "escalated": False, **more}
    return TrialRun(run=run, status=status, updated=run.started + timedelta(seconds=seconds), **known)


def test_runs_are_counted_for_the_version_that_takes_them() -> None:
    """Also those that it stopped before their first decision; cancelled runs tell nothing of errors."""
    kinds = (("verify", 1, {}), ("activate", 1, {}), ("verify", 2, {}), ("canary", 2, {"tenants": ("north",)}))
    changes = [
        PolicyChange(policy="p", number=number, kind=kind, version=version, who="ann", at=START, **more)  # type: ignore[arg-type]
        for number, (kind, version, more) in enumerate(kinds, 1)
    ]
    runs = [
        ended("a", "completed", tenant="north", seconds=10),
        ended("b", "failed", tenant="north", seconds=30, escalated=True),
        ended("c", "stopped", tenant="north", hop=0),
        ended("d", "cancelled", tenant="north"),
        ended("e", "running", tenant="south"),
    ]
    found = trial_of(life_of("p", changes), "default", runs, START + timedelta(hours=6))
    assert found is not None
    assert found.elapsed == 6 * 3600
    assert found.canary == figures(
        2,
        runs=4,
        ended=3,
        completed=1,
        failed=1,
        stopped=1,
        escalated=1,
        error_rate=Decimal("0.666667"),
        escalation_rate=Decimal("0.25"),
        cost_mean=Decimal("0.5"),
        latency_mean=Decimal(20),
        latency_p95=Decimal(30),
        hops_mean=Decimal(3),
    )
    assert found.active == figures(1, runs=1, escalation_rate=Decimal(0))


@pytest.fixture
async def versions(tmp_path: Path) -> AsyncIterator[Versions]:
    """Version 1 is active, version 2 is a canary for everybody."""
    store = await open_store(str(tmp_path / "s.db"))
    made = Versions(store, ManualClock())
    for text in (b"one", b"two"):
        stored = await store.add_version("p", "p.dmn", text, at=made.clock.now())
        await made.publish("p", stored.version, Asked("ann"))
    await made.activate("p", 1, Asked("ann"))
    await made.canary("p", 2, Asked("ann"), guard=guard(["canary.stopped + canary.failed"], ["> 0", '"rollback"']))
    yield made
    await store.close()


async def failed_run(versions: Versions) -> None:
    run = Run(id="r", policy="p", started=versions.clock.now())
    await versions.store.create([run])
    async with versions.store.locked("r") as locked:
        await locked.write(HopWrite(status="failed", at=versions.clock.now()))


async def test_of_many_who_judge_one_ends_the_canary(versions: Versions) -> None:
    """The log has one line of it, with the figures."""
    await failed_run(versions)
    life = await versions.life("p")
    said = await Judge(versions).judgement(life, "default")
    assert said is not None
    done = await asyncio.gather(*(Judge(versions).carry_out(life, "default", said) for _ in range(8)))
    assert len([change for change in done if change]) == 1
    log = await versions.log("p")
    assert [(change.kind, change.who) for change in log if change.who == "guard"] == [("rollback", "guard")]
    assert log[-1].judged == said
    assert await trial(versions, await versions.life("p"), "default") is None


async def test_a_guard_never_undoes_what_people_did_meanwhile(versions: Versions) -> None:
    """Who promoted the canary, or began it anew, knows better than figures of before."""
    await failed_run(versions)
    life = await versions.life("p")
    said = await Judge(versions).judgement(life, "default")
    assert said is not None
    await versions.activate("p", 2, Asked("bob"))
    assert await Judge(versions).carry_out(life, "default", said) is None
    assert (await versions.life("p")).active(versions.clock.now()) == 2
