"""Versions of a policy while runs go on: shadows, canaries, what is published, and what a run keeps."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from tests.scenarios.harness import PATIENCE, Harness
from tests.support.tables import by_hop, route

from dmnroute.policies.versions import Asked, Versions
from dmnroute.routing.records.policy_change import PolicyChange

ANN = Asked("ann")
COLUMNS = ["agent", "action", "signal", "reason"]
DONE = {"action": '"complete"'}
WAIT = {"action": '"wait"', "signal": '"go"'}


def greets(who: str = "greet", *, reason: str = "null", waits: bool = False) -> str:
    """An agent, then perhaps a wait, then the end."""
    hops = [{"agent": f'"{who}"', "reason": reason}, *([WAIT] if waits else []), DONE]
    return by_hop(COLUMNS, hops)


def broken() -> str:
    """No rule for any hop after the first."""
    return route(["run.hop"], ["agent"], [["1", '"greet"']])


def versions_of(engine: Harness) -> Versions:
    return Versions(engine.router.store, engine.router.clock)


async def verified(engine: Harness, *texts: str) -> Versions:
    """Versions 1, 2, … that have passed the gate; the first one is active."""
    versions = versions_of(engine)
    for text in texts:
        stored = await versions.store.add_version("p", "p.dmn", text.encode(), at=versions.clock.now())
        await versions.publish("p", stored.version, ANN)
    await versions.activate("p", 1, ANN)
    return versions


async def decided_by(engine: Harness, run: str) -> list[int]:
    return [hop.decision.version for hop in (await engine.history(run)).hops]


async def test_a_shadow_is_asked_at_every_hop_and_never_followed(engine: Harness) -> None:
    """Where it would go another way is kept beside the hop, with both rules; nothing of it is done."""
    versions = await verified(engine, greets(), greets("fail"))
    await versions.shadow("p", 2, ANN)
    run = await engine.start("p")
    state = await engine.until(run, "completed")
    assert state.result == {"greeting": "hello world"}
    assert engine.calls() == {"greet": 1}
    kept = await versions.store.shadows(run)
    assert [(each.hop, each.verdict, each.beside, each.version) for each in kept] == [
        (1, "differs", 1, 2),
        (2, "same", 1, 2),
    ]
    assert (kept[0].decided.name, kept[0].shadow.name) == ("rule 1: greet", "rule 1: fail")
    moves = await versions.store.shadow_moves("p", 2, "default", since=state.run.started)
    assert [(move.verdict, move.before, move.after, move.hops, move.example) for move in moves] == [
        ("differs", "rule 1: greet", "rule 1: fail", 1, (run, 1)),
        ("same", "rule 2: complete", "rule 2: complete", 1, (run, 2)),
    ]


async def test_a_shadow_that_gives_no_route_harms_nothing(engine: Harness) -> None:
    """Its error is kept with its code; the run doesn't even notice."""
    versions = await verified(engine, greets(), broken())
    await versions.shadow("p", 2, ANN)
    run = await engine.start("p")
    await engine.until(run, "completed")
    kept = await versions.store.shadows(run)
    assert [(each.verdict, each.shadow.way) for each in kept] == [("same", "greet"), ("error", "no_match")]
    assert kept[1].shadow.reason is not None


async def test_a_run_that_stops_says_where_its_shadow_would_have_gone(engine: Harness) -> None:
    """The hop that only the shadow can decide is kept too; decided anew, the new look takes its place."""
    versions = await verified(engine, broken(), greets())
    await versions.shadow("p", 2, ANN)
    run = await engine.start("p")
    await engine.until(run, "stopped")
    stopped = (await versions.store.shadows(run))[-1]
    assert (stopped.hop, stopped.decided.way, stopped.shadow.name) == (2, "no_match", "rule 2: complete")
    await versions.activate("p", 2, ANN)
    await engine.retry(run)
    await engine.until(run, "completed")
    assert await decided_by(engine, run) == [1, 2]


async def test_runs_follow_what_is_published_meanwhile(engine: Harness) -> None:
    """The hops before keep the version that decided them."""
    versions = await verified(engine, greets(waits=True), greets(waits=True, reason='"newer"'))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await versions.activate("p", 2, ANN)
    await engine.signal(run, "go")
    await engine.until(run, "completed")
    assert await decided_by(engine, run) == [1, 1, 2]


async def test_a_run_that_keeps_its_version_follows_nothing(engine: Harness) -> None:
    """All its hops are decided by the version of the first."""
    engine.pins = True
    versions = await verified(engine, greets(waits=True), greets(waits=True, reason='"newer"'))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await versions.activate("p", 2, ANN)
    await engine.signal(run, "go")
    await engine.until(run, "completed")
    assert await decided_by(engine, run) == [1, 1, 1]


async def test_a_run_that_keeps_its_version_is_retried_with_what_is_active(engine: Harness) -> None:
    """The version that stopped it would stop it again; from then on the run keeps the one that helped."""
    engine.pins = True
    versions = await verified(engine, broken(), greets(waits=True), greets())
    run = await engine.start("p")
    await engine.until(run, "stopped")
    await versions.activate("p", 2, ANN)
    await engine.retry(run)
    await engine.until(run, "waiting")
    await versions.activate("p", 3, ANN)
    await engine.signal(run, "go")
    await engine.until(run, "completed")
    assert await decided_by(engine, run) == [1, 2, 2]


async def test_a_canary_that_is_taken_back_leaves_its_runs_to_the_active_version(engine: Harness) -> None:
    """A run follows in the middle; one that keeps its version ends as it began."""
    versions = await verified(engine, greets(waits=True), greets(waits=True, reason='"newer"'))
    await versions.canary("p", 2, ANN)
    follows = await engine.start("p", run="follows")
    await engine.until(follows, "waiting")
    engine.pins = True
    keeps = await engine.start("p", run="keeps")
    await engine.until(keeps, "waiting")
    await versions.rollback("p", ANN, version=2)
    for run in (follows, keeps):
        await engine.signal(run, "go")
        await engine.until(run, "completed")
    assert await decided_by(engine, follows) == [2, 2, 1]
    assert await decided_by(engine, keeps) == [2, 2, 2]


async def test_a_canary_keeps_its_runs_when_its_share_shrinks(engine: Harness) -> None:
    """And a run that it didn't take stays where it is when the share grows."""
    versions = await verified(engine, greets(waits=True), greets(waits=True, reason='"newer"'))
    await versions.canary("p", 2, ANN, share=Decimal("0.000001"))
    before = await engine.start("p", run="before")
    await engine.until(before, "waiting")
    await engine.advance(1)
    await versions.canary("p", 2, ANN, share=Decimal(1))
    taken = await engine.start("p", run="taken")
    await engine.until(taken, "waiting")
    await engine.advance(1)
    await versions.canary("p", 2, ANN, share=Decimal("0.000001"))
    for run in (before, taken):
        await engine.signal(run, "go")
        await engine.until(run, "completed")
    assert await decided_by(engine, before) == [1, 1, 1]
    assert await decided_by(engine, taken) == [2, 2, 2]


GUARD = route(
    ["canary.ended + canary.stopped", "canary.error_rate"],
    ["verdict", "reason"],
    [["< 2", "-", '"continue"', "null"], ["-", "> 0.5", '"rollback"', '"it fails"'], ["-", "-", '"continue"', "null"]],
).replace("Route", "Guard")


async def test_a_guard_takes_a_canary_back_by_itself(engine: Harness) -> None:
    """Whoever routes asks it; who, why and the figures are in the audit log, and the stopped runs can go on."""
    versions = await verified(engine, greets(), broken())
    await versions.canary("p", 2, ANN, guard=GUARD)
    runs = [await engine.start("p", run=name) for name in ("one", "two")]
    for run in runs:
        await engine.until(run, "stopped")
    taken_back = await rolled_back(versions)
    assert (taken_back.who, taken_back.version) == ("guard", 2)
    assert taken_back.why == (
        "rule 2 of its guard (it fails): canary 2 of 2 runs went wrong, 0 of 2 asked people;"
        " active 0 of 0 runs went wrong, 0 of 0 asked people"
    )
    assert taken_back.judged is not None
    assert (taken_back.judged.seen.canary.error_rate, taken_back.judged.seen.active.error_rate) == (1, None)
    for run in runs:
        await engine.retry(run)
        await engine.until(run, "completed")
        assert await decided_by(engine, run) == [2, 1]


async def rolled_back(versions: Versions) -> PolicyChange:
    """Wait for the guard."""
    async with asyncio.timeout(PATIENCE):
        while (change := (await versions.log("p"))[-1]).kind != "rollback":
            await asyncio.sleep(0.05)
    return change
