"""Forks: runs that begin with hops of other runs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.store.samples import START, decision, outcome, run

from dmnroute.errors import OperatorError, UsageError
from dmnroute.routing.canonical import digest
from dmnroute.routing.ports.runs import HopWrite
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import HopEnd
from dmnroute.routing.records.run import Origin


async def _run_of_two_hops(store: Store) -> None:
    await store.create([run("r1")])
    await store.signal("r1", "paid", {"sum": 1}, at=START)
    for hop in (1, 2):
        async with store.locked("r1") as locked:
            seen = {"signals_seen": 1, "controls_seen": 1} if hop == 2 else {}
            made = decision("r1", hop).model_copy(update=seen)
            await locked.write(HopWrite(status="running", at=START, decision=made))
        await store.record(outcome(f"r1/{hop}.1", cost=Decimal("0.25")), at=START)
        await store.control("r1", "facts", {"n": hop}, who="ada", at=START)


def _fork(name: str, hops: int) -> Origin:
    return Origin(run="r1", hops=hops, end=HopEnd(status="ok"))


async def test_a_fork_begins_with_the_hops_of_another_run(store: Store) -> None:
    """Its hops, what was said to it up to there, and what it has cost; the other run stays as it was."""
    await _run_of_two_hops(store)
    before = await store.history("r1")
    made = run("f").model_copy(update={"origin": _fork("f", 1)})
    assert await store.fork(made)
    state, history = await store.state("f"), await store.history("f")
    assert state is not None
    assert history is not None
    assert before is not None
    assert (state.hop, state.cost, state.status, state.is_new) == (1, Decimal("0.25"), "running", True)
    assert history.hops == before.hops[:1]
    assert [signal.name for signal in history.signals] == ["paid"]
    assert [control.data for control in history.controls] == [{"n": 1}]
    assert [ancestor.id for ancestor in history.ancestors] == ["r1"]
    assert await store.history("r1") == before


async def test_a_fork_goes_on_by_itself(store: Store) -> None:
    """Its own hops follow the other's; forks of forks begin with both."""
    await _run_of_two_hops(store)
    await store.fork(run("f").model_copy(update={"origin": _fork("f", 1)}))
    async with store.locked("f") as locked:
        assert len(locked.history.hops) == 1
        await locked.write(HopWrite(status="running", at=START, decision=decision("f", 2)))
    assert await store.record(outcome("f/2.1"), at=START)
    again = Origin(run="f", hops=2, end=HopEnd(status="ok"))
    assert await store.fork(run("g").model_copy(update={"origin": again}))
    history = await store.history("g")
    assert history is not None
    assert [hop.decision.run for hop in history.hops] == ["r1", "f"]
    assert [ancestor.id for ancestor in history.ancestors] == ["r1", "f"]
    step = await store.step("f/2.1")
    assert step is not None
    assert step[0].run == "f"


async def test_a_fork_is_made_once(store: Store) -> None:
    """Making it again changes nothing."""
    await _run_of_two_hops(store)
    made = run("f").model_copy(update={"origin": _fork("f", 2)})
    assert await store.fork(made)
    assert not await store.fork(made)
    assert [event.kind for event in await store.events(run="f")] == ["run_started"]
    assert (await store.events(run="f"))[0].data["origin"] == {"run": "r1", "hops": 2, "again": []}


async def test_only_what_happened_can_be_begun_with(store: Store) -> None:
    """Another run, and no more hops than it has."""
    await _run_of_two_hops(store)
    with pytest.raises(UsageError, match="it has 2"):
        await store.fork(run("f").model_copy(update={"origin": _fork("f", 3)}))
    with pytest.raises(UsageError, match="doesn't begin"):
        await store.fork(run("f"))
    with pytest.raises(OperatorError, match="no run `nobody`"):
        await store.fork(run("f").model_copy(update={"origin": Origin(run="nobody", hops=0, end=HopEnd(status="ok"))}))


async def test_what_is_reused_can_be_narrowed_down(store: Store) -> None:
    """To runs, a tenant, or a time."""
    await _run_of_two_hops(store)
    found = await store.reusable("ocr", "1", digest({}))
    assert found is not None
    assert await store.reusable("ocr", "1", digest({}), runs=["r1"], tenant="default", since=START) == found
    assert await store.reusable("ocr", "1", digest({}), runs=["r2"]) is None
    assert await store.reusable("ocr", "1", digest({}), tenant="acme") is None
    assert await store.reusable("ocr", "1", digest({}), since=START.replace(year=START.year + 1)) is None
