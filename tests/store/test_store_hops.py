"""Hops: whole or not at all, each decided once, in order."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from tests.store.samples import START, decision, hop, kinds, later, outcome, run, state_of, step, stop, write

from dmnroute.errors import OperatorError, UsageError
from dmnroute.routing.history import History, Hop
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import HopEnd, Plan, RuleHit


@pytest.fixture(autouse=True)
async def started(store: Store) -> None:
    await store.create([run()])


async def test_a_hop_is_read_back_as_written(store: Store) -> None:
    """The decision with its plan and all steps, field by field."""
    first = step(
        "r1/1.1",
        tenant="acme",
        agent="child",
        type="run:returns",
        process="proc",
        input={"amount": Decimal("0.10"), "list": [1, Decimal("2.5")]},
        attempt=2,
        retries=3,
        timeout=Decimal("30.5"),
        deadline=later(30.5),
        max_cost=Decimal("0.002"),
        max_output=100,
        reserve=Decimal("0.0010"),
        priority=-5,
        reuse=True,
        version="2026-03",
    )
    taken = decision(
        seed=2**70,
        previous=HopEnd(status="signal", cancelled=("r1/0.1",), signal=3),
        signals_seen=3,
        figures={"ocr": {"error_rate": Decimal("0.125"), "breaker": "open"}},
        rules=(RuleHit(decision="Guard", rule=1), RuleHit(decision="Route", rule=12, id="x", annotation="why")),
        plan=Plan(
            action="dispatch",
            steps=(first, step("r1/1.2")),
            join=1,
            wait=Decimal("1.5"),
            signal="approved",
            group="clerks",
            form="check",
            result={"total": Decimal("12.30")},
            reason="because",
        ),
        limit="cost",
        fingerprint="abc",
    )
    await write(store, hop(taken))
    assert await store.history("r1") == History(run(), (Hop(taken),))


async def test_a_hop_moves_the_state(store: Store) -> None:
    """Number, status and time of the run follow the hop; its start doesn't change."""
    await write(store, hop(decision(), at=later(5), status="waiting"))
    state = await state_of(store)
    assert (state.hop, state.status, state.updated, state.run.started) == (1, "waiting", later(5), START)


async def test_the_lock_shows_state_and_history(store: Store) -> None:
    """What a hop is decided on is what was written before."""
    await write(store, hop(decision(width=2)))
    await store.record(outcome("r1/1.2"), at=later(2))
    await store.signal("r1", "approved", {"by": "ann"}, at=later(3))
    async with store.locked("r1") as locked:
        assert locked.state == await store.state("r1")
        assert locked.history == await store.history("r1")
        assert [each.step for each in locked.history.outcomes()] == ["r1/1.2"]
        assert [signal.name for signal in locked.history.signals] == ["approved"]


async def test_a_run_without_steps_can_hop(store: Store) -> None:
    """A wait is a decision with no steps."""
    waiting = decision(plan=Plan(action="wait", signal="approved", wait=Decimal(60)))
    await write(store, hop(waiting, status="waiting"))
    history = await store.history("r1")
    assert history is not None
    assert history.hops == (Hop(waiting),)


async def test_outcomes_are_taken_with_the_hop(store: Store) -> None:
    """They are added to the hop before, and to the cost of the run."""
    await write(store, hop(decision(width=2)))
    given = [outcome("r1/1.2", cost=Decimal("0.1")), outcome("r1/1.1", cost=Decimal("0.20"), status="cancelled")]
    await write(store, hop(decision(hop=2), outcomes=given))
    history = await store.history("r1")
    assert history is not None
    assert history.hops[0].ordered() == (given[1], given[0])
    assert history.hops[1].missing() == ("r1/2.1",)
    assert (await state_of(store)).cost == Decimal("0.30")


async def test_a_hop_never_overwrites_an_outcome(store: Store) -> None:
    """Neither the outcome nor the cost changes; the rest of the hop is written."""
    await write(store, hop(decision()))
    await store.record(outcome("r1/1.1", cost=Decimal("0.1")), at=later(2))
    late = outcome("r1/1.1", cost=Decimal(5), status="failed")
    await write(store, hop(decision(hop=2), outcomes=[late]))
    history = await store.history("r1")
    assert history is not None
    assert [each.status for each in history.outcomes()] == ["ok"]
    assert (await state_of(store)).cost == Decimal("0.1")
    assert (await kinds(store)).count("step_ended") == 1


async def test_a_step_may_end_in_the_hop_that_planned_it(store: Store) -> None:
    """A reused outcome is there with its step; of two for one step the first counts."""
    reused = outcome("r1/1.1", reused=True)
    await write(store, hop(decision(width=2), outcomes=[reused, outcome("r1/1.1", status="failed")]))
    history = await store.history("r1")
    assert history is not None
    assert history.hops[0].outcomes == {"r1/1.1": reused}
    assert await kinds(store) == ["run_started", "hop_decided", "step_ended"]


async def test_a_hop_takes_no_outcome_of_another_run(store: Store) -> None:
    """It is left aside, like that of an unknown step."""
    await store.create([run("r2")])
    await write(store, hop(decision("r2")), name="r2")
    await write(store, hop(decision(), outcomes=[outcome("r2/1.1"), outcome("nowhere")]))
    history = await store.history("r2")
    assert history is not None
    assert history.hops[0].missing() == ("r2/1.1",)


async def test_leaving_the_lock_with_an_error_writes_nothing(store: Store) -> None:
    """Neither decision nor outcome, state or event."""
    await write(store, hop(decision()))
    before = await store.history("r1"), await store.state("r1"), await store.events()

    async def fail() -> None:
        async with store.locked("r1") as locked:
            await locked.write(hop(decision(hop=2), outcomes=[outcome("r1/1.1")], status="waiting"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert (await store.history("r1"), await store.state("r1"), await store.events()) == before


async def test_a_refused_write_leaves_nothing_behind(store: Store) -> None:
    """Even when the caller goes on after the error."""
    broken = decision(plan=Plan(action="dispatch", steps=(step("r1/1.1"), step("r1/1.2", input={"x": float("nan")}))))
    async with store.locked("r1") as locked:
        with pytest.raises(UsageError):
            await locked.write(hop(broken, outcomes=[outcome("r1/1.1")]))
    assert await store.history("r1") == History(run())
    assert (await state_of(store)).hop == 0
    await write(store, hop(decision()))
    assert (await state_of(store)).hop == 1


async def test_cancelling_the_holder_frees_the_run(store: Store) -> None:
    """A task that is cancelled inside the lock writes nothing, and the next one comes in."""
    inside = asyncio.Event()

    async def hold() -> None:
        async with store.locked("r1") as locked:
            await locked.write(hop(decision()))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await write(store, hop(decision(fingerprint="second")))
    history = await store.history("r1")
    assert history is not None
    assert [each.decision.fingerprint for each in history.hops] == ["second"]


async def test_a_hop_is_decided_once(store: Store) -> None:
    """A second decision of the same hop is refused with its number."""
    await write(store, hop(decision()))
    with pytest.raises(OperatorError) as raised:
        await write(store, hop(decision()))
    assert raised.value.code == "hop_decided"
    assert str(raised.value) == "run `r1`: hop 1 is decided already"


async def test_a_hop_ahead_of_the_store_is_refused(store: Store) -> None:
    """The store may have been restored from an older backup: nothing is guessed."""
    await write(store, hop(decision()))
    with pytest.raises(OperatorError) as raised:
        await write(store, hop(decision(hop=3)))
    assert raised.value.code == "store_behind"
    assert str(raised.value) == (
        "run `r1`: hop 3 can't be decided, the latest one in the store is 1\n"
        "hint: the store is older than the engine: was it restored from a backup?"
    )


async def test_a_decision_belongs_to_its_run(store: Store) -> None:
    """Neither the decision nor a step of another run is taken."""
    foreign = decision(plan=Plan(action="dispatch", steps=(step("r2/1.1"),)))
    for taken in (decision("r2"), foreign):
        with pytest.raises(UsageError, match="a decision of another run can't be written to run `r1`"):
            await write(store, hop(taken))


async def test_two_steps_cannot_share_an_id(store: Store) -> None:
    """The id is what an outcome finds its step by."""
    twice = decision(plan=Plan(action="dispatch", steps=(step("r1/1.1"), step("r1/1.1"))))
    with pytest.raises(UsageError, match="run `r1`: two steps of hop 1 have the same id"):
        await write(store, hop(twice))


async def test_a_lock_takes_one_write(store: Store) -> None:
    """The second one is refused, and the first isn't kept by accident."""

    async def write_twice() -> None:
        async with store.locked("r1") as locked:
            await locked.write(hop(decision()))
            await locked.write(hop(decision(hop=2)))

    with pytest.raises(UsageError, match="run `r1`: a hop is written at most once in a lock"):
        await write_twice()
    assert (await state_of(store)).hop == 0


async def test_a_lock_that_was_left_takes_nothing(store: Store) -> None:
    """Whoever keeps it too long is told."""
    async with store.locked("r1") as locked:
        pass
    with pytest.raises(UsageError, match="run `r1` isn't locked any more"):
        await locked.write(hop(decision()))


async def test_the_holder_cannot_write_past_its_lock(store: Store) -> None:
    """It would wait for itself for ever; reading is fine."""
    async with store.locked("r1"):
        with pytest.raises(UsageError) as raised:
            await store.record(outcome("r1/1.1"), at=START)
        assert (await state_of(store)).hop == 0
    assert raised.value.code == "run_held"
    await store.tell("policy_refused", {}, at=START)


async def test_a_stop_is_kept_and_cleared(store: Store) -> None:
    """A stopped run says why; a hop without a stop goes on."""
    why = stop(version=3, at=later(9))
    await write(store, hop(status="stopped", stop=why))
    assert (await state_of(store)).stop == why
    assert (await state_of(store)).status == "stopped"
    await write(store, hop(decision()))
    assert (await state_of(store)).stop is None


@pytest.mark.parametrize("result", [{"total": Decimal("0.10")}, [1, None], "done", Decimal("2.50"), 0, False, "", {}])
async def test_a_result_is_kept(store: Store, result: object) -> None:
    """Any JSON value, null aside, which is no result."""
    await write(store, hop(decision(), status="completed", result=result))
    state = await state_of(store)
    assert state.result == result
    assert type(state.result) is type(result)
    assert state.status == "completed"


async def test_an_old_decision_and_late_outcomes_stay_readable(store: Store) -> None:
    """The outcome of an early hop may arrive after later hops were decided."""
    for number in range(1, 6):
        await write(store, hop(decision(hop=number, width=2)))
    assert await store.record(outcome("r1/2.2"), at=later(9))
    history = await store.history("r1")
    assert history is not None
    assert [each.decision.hop for each in history.hops] == [1, 2, 3, 4, 5]
    assert [list(each.outcomes) for each in history.hops] == [[], ["r1/2.2"], [], [], []]
