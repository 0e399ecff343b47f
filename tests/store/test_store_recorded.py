"""Many recorded runs at a time: what is read of them is the same on every store, whole or by its leaves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.support.recorded_runs import CATALOGUE, START, JumpingClock, Policies, policy, record_runs

from dmnroute.router.router import Router
from dmnroute.routing.leaves import part_of
from dmnroute.routing.ports.recorded import Parts, RecordedRun, Window
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.step import Outcome

SETTINGS = ("limits", "origin", "merge", "nobody")
DECISION = ("stage", "plan.action", "previous.status", "rules", "nobody.knows")
FIELDS = ("score", "odd", "kind", "größe")


async def test_leaves_are_parts_of_the_whole(store: Store) -> None:
    """Of runs, decisions and outputs; a name that isn't there is null, and an outcome without output has none."""
    await record_runs(store, 12)
    whole = await store.recorded(Window("texts"), Parts(run=True, output=True), limit=100)
    parts = Parts(settings=SETTINGS, decision=DECISION, output=True, fields=FIELDS)
    leaves = await store.recorded(Window("texts"), parts, limit=100)
    assert len(whole) == 12
    for one, other in zip(whole, leaves, strict=True):
        assert other.record == part_of(one.record, SETTINGS)
        assert [hop.record for hop in other.hops] == [part_of(hop.record, DECISION) for hop in one.hops]
        assert [step.output for step in other.steps] == [part_of(step.output, FIELDS) for step in one.steps]
    assert any(step.output is None for run in leaves for step in run.steps)


async def test_numbers_and_texts_are_exact(store: Store) -> None:
    """All digits, as they were written, whatever else is beside them, and with one field as with many."""
    odd: dict[str, Any] = {
        "score": Decimal("0.10"),
        "odd": [Decimal("12345678901234567890.123456789"), -7, 'ein "Text" mit ␀ und \\ und é', {"x": None}],
        "größe": Decimal("1.50"),
        "kind": True,
    }
    step = await _open_step(store)
    await store.record(Outcome(step=step, agent="read", status="ok", output=odd), at=START)
    for fields in (("score",), ("odd",), ("größe",), ("score", "odd", "kind"), None):
        parts = Parts(output=True, fields=fields)
        runs = await store.recorded(Window("texts"), parts, limit=9)
        found = {each.id: each.output for run in runs for each in run.steps}
        assert repr(found[step]) == repr(part_of(dict(sorted(odd.items())) if fields is None else odd, fields))


async def _open_step(store: Store) -> str:
    """A run whose first step waits for its outcome."""
    policies = Policies(store)
    await policies.publish(policy())
    router = Router(store, policies, CATALOGUE, JumpingClock())
    await router.start([router.new_run("open", "texts", input={"text": "a"})])
    turn = await router.route("open")
    return next(iter(turn.hop.sent())).id


async def test_pages_make_the_whole(store: Store) -> None:
    """Each run once, by start and id, with all of its hops and steps, however few are read at a time."""
    await record_runs(store, 12)
    whole = await store.recorded(Window("texts"), Parts(), limit=100)
    pages: list[RecordedRun] = []
    after = None
    while page := await store.recorded(Window("texts"), Parts(), after=after, limit=5):
        pages.extend(page)
        after = page[-1].started, page[-1].id
    assert [tuple(run) for run in pages] == [tuple(run) for run in whole]
    assert all(run.hops for run in pages)
