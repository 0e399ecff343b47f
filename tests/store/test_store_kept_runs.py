"""Runs that happened elsewhere: all of them is kept, and nothing here counts them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.store.samples import START, decision, later, outcome, run, stop

from dmnroute.errors import OperatorError
from dmnroute.routing.canonical import digest
from dmnroute.routing.history import History, Hop
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.hop import HopEnd
from dmnroute.routing.records.run import Origin, RunState
from dmnroute.routing.records.signal import Signal


def elsewhere(name: str = "r1") -> History:
    """Two hops, the second with a step that is open."""
    done = outcome(f"{name}/1.1", cost=Decimal("0.25"))
    return History(
        run(name),
        (Hop(decision(name, 1), {done.step: done}), Hop(decision(name, 2))),
        (Signal(run=name, number=1, name="paid", payload={"sum": Decimal("1.50")}, at=START),),
        (Control(run=name, number=1, kind="forbid", data={"agent": "ocr"}, who="ada", at=START),),
    )


def stood(history: History) -> RunState:
    return RunState(
        run=history.run, status="stopped", hop=len(history.hops), cost=Decimal("0.25"), updated=later(9), stop=stop(2)
    )


async def test_a_run_is_kept_as_it_happened(store: Store) -> None:
    """Its hops, outcomes, signals and controls, where it stood, and one event that tells of it."""
    history = elsewhere()
    assert await store.keep(stood(history), history)
    assert await store.history("r1") == history
    assert await store.state("r1") == stood(history)
    found = await store.step("r1/1.1")
    assert found is not None
    assert found == (history.hops[0].decision.plan.steps[0], history.hops[0].outcomes["r1/1.1"])
    (event,) = await store.events()
    assert (event.kind, event.run, event.at) == ("run_imported", "r1", later(9))
    assert event.data == {"policy": "intake", "tenant": "default", "status": "stopped", "hop": 2}


async def test_keeping_a_run_twice_changes_nothing(store: Store) -> None:
    """The run that is there stays as it is."""
    history = elsewhere()
    assert await store.keep(stood(history), history)
    assert not await store.keep(stood(history), elsewhere())
    assert await store.history("r1") == history
    assert len(await store.events()) == 1


async def test_what_happened_elsewhere_counts_for_nothing_here(store: Store) -> None:
    """Its outcomes are no figures of agents, and aren't reused; the same steps here are."""
    history = elsewhere()
    await store.keep(stood(history), history)
    given = digest(history.hops[0].decision.plan.steps[0].input)
    assert await store.reusable("ocr", "1", given) is None
    assert (await store.activity(["ocr"], latest=5, now=later(9)))["ocr"].outcomes == ()
    assert await store.accounts() == []
    assert await store.breakers() == {}


async def test_a_fork_is_kept_with_the_run_it_was_forked_from(store: Store) -> None:
    """Without it, it can't be; with it, its history is that of both."""
    history = elsewhere()
    origin = Origin(run="r1", hops=1, end=HopEnd(status="ok"))
    fork = run("f", started=later(20), origin=origin)
    own = Hop(decision("f", 2))
    whole = History(fork, (history.hops[0], own), ancestors=(history.run,))
    with pytest.raises(OperatorError, match="there is no run `r1`"):
        await store.keep(stood(whole), whole)
    assert await store.state("f") is None
    await store.keep(stood(history), history)
    assert await store.keep(stood(whole), whole)
    assert await store.history("f") == whole
