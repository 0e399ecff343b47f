"""Events tell what happened, in the order in which it was committed; policies are kept with their versions."""

from __future__ import annotations

from decimal import Decimal

from tests.store.samples import START, decision, hop, kinds, later, outcome, run, stop, write

from dmnroute.routing.canonical import digest_of_bytes
from dmnroute.routing.ports.events import Event
from dmnroute.routing.ports.policies import StoredPolicy
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.step import StepError


async def test_events_tell_the_story_of_a_run(store: Store) -> None:
    """Every write leaves its event, with what a person who watches wants to see."""
    await store.create([run(tags={"source": "mail"})])
    await write(store, hop(decision(width=2), at=later(1)))
    await store.record(outcome("r1/1.1", confidence=Decimal("0.90"), cost=Decimal("0.10"), tokens=5), at=later(2))
    failed = outcome("r1/1.2", status="failed", output=None, error=StepError(kind="crashed", message="oh"))
    await write(store, hop(outcomes=[failed], status="stopped", stop=stop(2, version=1), at=later(3)))
    await write(store, hop(decision(hop=2), at=later(4)))
    await store.signal("r1", "approved", {"by": "ann"}, at=later(5))
    await write(store, hop(status="completed", at=later(6.5), result=1))
    usual = {"agent": "ocr", "attempt": 1, "reused": False, "latency": 0}
    decided = {
        "policy": "intake",
        "version": 1,
        "action": "dispatch",
        "reason": "not read yet",
        "limit": None,
        "stage": None,
        "rules": [{"decision": "Route", "rule": 2, "annotation": "read it"}],
    }
    ok = {"step": "r1/1.1", "status": "ok", "confidence": Decimal("0.90"), "cost": Decimal("0.10"), "tokens": 5}
    bad = {"step": "r1/1.2", "status": "failed", "confidence": None, "cost": 0, "tokens": 0}
    story = [
        (START, "run_started", {"policy": "intake", "tenant": "default", "tags": {"source": "mail"}, "parent": None}),
        (
            later(1),
            "hop_decided",
            decided
            | {"hop": 1, "last": "start"}
            | {"steps": [{"id": "r1/1.1", "agent": "ocr"}, {"id": "r1/1.2", "agent": "ocr"}]},
        ),
        (later(2), "step_ended", usual | ok | {"error": None}),
        (later(3), "step_ended", usual | bad | {"error": "crashed"}),
        (
            later(3),
            "run_stopped",
            {"code": "no_match", "message": "no rule matched", "policy": "intake", "version": 1, "hop": 2},
        ),
        (later(4), "run_retried", {"code": "no_match", "hop": 2}),
        (later(4), "hop_decided", decided | {"hop": 2, "last": "ok", "steps": [{"id": "r1/2.1", "agent": "ocr"}]}),
        (later(5), "signal_received", {"number": 1, "name": "approved"}),
        (
            later(6.5),
            "run_ended",
            {"status": "completed", "hop": 2, "cost": Decimal("0.10"), "elapsed": Decimal("6.5")},
        ),
    ]
    assert await store.events() == [
        Event(number, at, kind, "r1", data) for number, (at, kind, data) in enumerate(story, 1)
    ]  # type: ignore[arg-type]  # kinds are texts here


async def test_the_same_stop_is_told_once(store: Store) -> None:
    """A second end isn't told either; another stop is."""
    await store.create([run()])
    for _ in range(2):
        await write(store, hop(status="stopped", stop=stop()))
    await write(store, hop(status="stopped", stop=stop(code="empty_route")))
    for _ in range(2):
        await write(store, hop(status="failed", result=None))
    assert await kinds(store) == ["run_started", "run_stopped", "run_stopped", "run_retried", "run_ended"]


async def test_events_are_read_from_a_number(store: Store) -> None:
    """In order, of all runs or of one, and no more than asked for."""
    await store.create([run("r1"), run("r2")])
    await store.tell("policy_refused", {"policy": "intake", "share": Decimal("0.10")}, at=later(1))
    await store.tell("run_retried", {}, at=START, run="r2")
    assert [event.number for event in await store.events()] == [1, 2, 3, 4]
    assert [event.number for event in await store.events(after=2)] == [3, 4]
    assert [event.number for event in await store.events(after=1, limit=2)] == [2, 3]
    assert [event.number for event in await store.events(run="r2")] == [2, 4]
    assert [event.number for event in await store.events(run="r2", after=2, limit=1)] == [4]
    assert await store.events(after=4) == []
    told = Event(3, later(1), "policy_refused", None, {"policy": "intake", "share": Decimal("0.10")})
    assert (await store.events(after=2, limit=1)) == [told]


async def test_a_policy_is_kept_with_its_versions(store: Store) -> None:
    """Each change of the text is a new version, going back to an old text too."""
    texts = [b"<one/>", b"<two/>\xff\x00", b"<one/>"]
    kept = [await store.keep_policy("intake", "intake.dmn", text, at=later(n)) for n, text in enumerate(texts)]
    assert kept == [
        StoredPolicy("intake", n + 1, digest_of_bytes(text), "intake.dmn", text, later(n))
        for n, text in enumerate(texts)
    ]
    assert await store.policy("intake") == kept[2]
    assert [await store.policy("intake", number) for number in (1, 2, 3)] == kept
    assert await kinds(store) == ["policy_changed"] * 3


async def test_a_policy_that_did_not_change_is_the_same_version(store: Store) -> None:
    """Loading it again adds neither version nor event, even from another file."""
    first = await store.keep_policy("intake", "intake.dmn", b"x", at=START)
    assert await store.keep_policy("intake", "copy.dmn", b"x", at=later(9)) == first
    assert await store.events() == [
        Event(
            1,
            START,
            "policy_changed",
            None,
            {"policy": "intake", "version": 1, "digest": first.digest, "file": "intake.dmn"},
        )
    ]


async def test_an_unknown_policy_is_null(store: Store) -> None:
    """So is a version that never was."""
    await store.keep_policy("intake", "intake.dmn", b"x", at=START)
    assert await store.policy("returns") is None
    assert [await store.policy("intake", number) for number in (-1, 0, 2)] == [None] * 3
    assert await store.policy("intake", 1) is not None
