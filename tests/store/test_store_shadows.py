"""Every store keeps what shadow versions made of hops, with the hop, and counts it."""

from __future__ import annotations

from datetime import timedelta, timezone

from tests.store.samples import START, decision, hop, later, run, stop, write

from dmnroute.routing.ports.shadows import ShadowMove
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import RuleHit
from dmnroute.routing.records.shadow import ShadowHop, Taken
from dmnroute.routing.records.step import PEOPLE

READ = Taken(rules=(RuleHit(decision="Route", rule=2, id="r2"),), way="ocr", reason="not read yet")
ASKED = Taken(rules=(RuleHit(decision="Route", rule=3, id="r3"),), way="escalate")
NOWHERE = Taken(way="no_match", reason="no rule é matched", error=True)


def shadow(owner: str = "r1", number: int = 1, **fields: object) -> ShadowHop:
    usual = {
        "run": owner,
        "hop": number,
        "at": later(number),
        "policy": "intake",
        "tenant": "default",
        "version": 2,
        "beside": 1,
        "verdict": "differs",
        "decided": READ,
        "shadow": ASKED,
    }
    return ShadowHop(**usual | fields)  # type: ignore[arg-type]


async def test_a_shadow_is_read_back_as_it_was_written(store: Store) -> None:
    """With the hop that it was asked about, times in UTC; the decision knows nothing of it."""
    await store.create([run()])
    zone = timezone(timedelta(hours=2))
    kept = shadow(verdict="error", shadow=NOWHERE, at=later(1).astimezone(zone))
    await write(store, hop(decision(), shadow=kept))
    assert await store.shadows("r1") == [kept]
    assert (await store.shadows("r1"))[0].at.utcoffset() == timedelta(0)
    history = await store.history("r1")
    assert history is not None
    assert history.hops[0].decision == decision()
    assert await store.shadows("r2") == []


async def test_a_hop_that_is_decided_anew_has_the_latest_look(store: Store) -> None:
    """What a stopped run's shadow said is replaced when the hop is decided."""
    await store.create([run()])
    stuck = shadow(beside=None, decided=NOWHERE, shadow=READ)
    await write(store, hop(status="stopped", stop=stop(), shadow=stuck))
    assert await store.shadows("r1") == [stuck]
    same = shadow(verdict="same", shadow=READ)
    await write(store, hop(decision(), shadow=same))
    assert await store.shadows("r1") == [same]


async def test_hops_are_counted_by_what_both_versions_said(store: Store) -> None:
    """The most first, each with the first example; of this shadow since this moment only."""
    await store.create([run("r1"), run("r2")])
    for name in ("r1", "r2"):
        await write(store, hop(decision(name, 1), shadow=shadow(name, 1)), name=name)
        await write(store, hop(decision(name, 2), shadow=shadow(name, 2)), name=name)
        same = shadow(name, 3, verdict="same", shadow=READ)
        await write(store, hop(decision(name, 3), shadow=same), name=name)
    await write(store, hop(decision("r1", 4), shadow=shadow("r1", 4, tenant="acme")))
    await write(store, hop(decision("r2", 4), shadow=shadow("r2", 4, version=3)), name="r2")
    assert await store.shadow_moves("intake", 2, "default", since=START) == [
        ShadowMove("differs", "rule 2: ocr", "rule 3: escalate", hops=4, runs=2, example=("r1", 1)),
        ShadowMove("same", "rule 2: ocr", "rule 2: ocr", hops=2, runs=2, example=("r1", 3)),
    ]
    assert await store.shadow_moves("intake", 2, "default", since=later(3)) == [
        ShadowMove("same", "rule 2: ocr", "rule 2: ocr", hops=2, runs=2, example=("r1", 3)),
    ]
    assert await store.shadow_moves("returns", 2, "default", since=START) == []


async def test_runs_since_a_moment_are_found_with_whether_they_asked_people(store: Store) -> None:
    """The latest, as many as wanted; of this policy only."""
    await store.create([run("r1", started=later(1)), run("r2", started=later(2)), run("x", policy="other")])
    asked = decision("r2", 1)
    people = asked.plan.steps[0].model_copy(update={"type": PEOPLE, "agent": "people"})
    plan = asked.plan.model_copy(update={"action": "escalate", "steps": (people,)})
    await write(store, hop(asked.model_copy(update={"plan": plan}), status="escalated"), name="r2")
    found = await store.trial_runs("intake", since=later(1), limit=9)
    assert sorted((each.run.id, each.status, each.hop, each.escalated) for each in found) == [
        ("r1", "running", 0, False),
        ("r2", "escalated", 1, True),
    ]
    assert [each.run.id for each in await store.trial_runs("intake", since=START, limit=1)] == ["r2"]
    assert await store.trial_runs("intake", since=later(3), limit=9) == []
