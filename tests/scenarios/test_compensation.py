"""What a cancelled run has done is undone, the latest first, in recorded hops: the same on every engine."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.scenarios.harness import Harness
from tests.scenarios.test_pausing import pause, resume, until_held
from tests.support.tables import by_hop

from dmnroute.routing.breaker_rules import BreakerRule
from dmnroute.routing.budgets import Budget

COLUMNS = ["agent", "action", "signal", "group", "join", "compensate", "result", "reason"]
BOOK = {"agent": '"book"'}
HANG = {"agent": '"hang"'}
WAIT = {"action": '"wait"', "signal": '"never"'}


def undone(run: str, *steps: str) -> list[dict[str, str]]:
    return [{"step": f"{run}/{step}", "agent": "book", "by": "unbook"} for step in steps]


async def test_a_cancelled_run_is_undone_in_reverse_order(engine: Harness) -> None:
    """While steps are under way: they end, then what was finished is undone, then the run ends."""
    engine.publish("p", by_hop(COLUMNS, [BOOK, {"agent": '["book", "greet", "book"]'}, HANG]))
    run = await engine.start("p")
    await engine.until_called("hang")
    await engine.cancel(run)
    state = await engine.until(run, "cancelled")
    assert state.result == {"undone": undone(run, "2.3", "2.1", "1.1"), "not_undone": []}
    history = await engine.history(run)
    assert [(hop.decision.plan.action, hop.decision.stage) for hop in history.hops[3:]] == [
        ("dispatch", "undo"),
        ("dispatch", "undo"),
        ("cancel", "undo"),
    ]
    assert history.hops[-1].decision.plan.reason == "cancelled by ann: ordered twice"
    calls = engine.calls()
    assert (calls["unbook"], calls["gave_back_room_1.1"], calls["gave_back_room_2.3"]) == (3, 1, 1)


async def test_cancelling_twice_undoes_once(engine: Harness) -> None:
    """A run that waits for people is woken; a second request changes nothing, before and after the end."""
    engine.publish("p", by_hop(COLUMNS, [BOOK, {"action": '"escalate"', "group": '"desk"'}]))
    run = await engine.start("p")
    await engine.until(run, "escalated")
    await engine.cancel(run)
    await engine.cancel(run)
    await engine.until(run, "cancelled")
    await engine.cancel(run)
    history = await engine.history(run)
    assert (len(history.controls), engine.calls()["unbook"]) == (1, 1)


async def test_what_cannot_be_undone_is_told(engine: Harness) -> None:
    """With the reason; the others are undone all the same."""
    engine.publish("p", by_hop(COLUMNS, [BOOK, {"agent": '"sign"'}, WAIT]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await engine.cancel(run)
    state = await engine.until(run, "cancelled")
    assert state.result["undone"] == undone(run, "1.1")
    left = {"step": f"{run}/2.1", "agent": "sign", "by": "unsign", "reason": "too_late: it is signed"}
    assert state.result["not_undone"] == [left]


async def test_a_table_fails_a_run_and_has_it_undone(engine: Harness) -> None:
    """The column `compensate`; the run fails with the table's reason, after what was done is undone."""
    end = {"action": '"fail"', "compensate": "true", "reason": '"no seat left"'}
    engine.publish("p", by_hop(COLUMNS, [BOOK, end]))
    run = await engine.start("p")
    state = await engine.until(run, "failed")
    assert state.result == {"undone": undone(run, "1.1"), "not_undone": []}
    history = await engine.history(run)
    assert [hop.decision.plan.action for hop in history.hops] == ["dispatch", "dispatch", "fail"]
    assert history.hops[-1].decision.plan.reason == "no seat left"


async def test_a_stopped_run_is_undone(engine: Harness) -> None:
    """A mistake in a table leaves nothing behind when its run is cancelled."""
    engine.publish("p", by_hop(COLUMNS, [BOOK]))
    run = await engine.start("p")
    await engine.until(run, "stopped")
    await engine.cancel(run)
    assert (await engine.until(run, "cancelled")).result["undone"] == undone(run, "1.1")


async def test_child_runs_are_undone_before_their_parent(engine: Harness) -> None:
    """Each has its own history; the parent goes on when its child has ended."""
    engine.publish("p", by_hop(COLUMNS, [BOOK, {"agent": '"run:c"'}]))
    engine.publish("c", by_hop(COLUMNS, [BOOK, HANG]))
    run = await engine.start("p")
    await engine.until_called("hang")
    await engine.cancel(run)
    state = await engine.until(run, "cancelled")
    assert state.result["undone"] == undone(run, "1.1")
    child = await engine.until(f"{run}/2.1", "cancelled")
    assert child.result["undone"] == [{"step": f"{run}/2.1/1.1", "agent": "book", "by": "unbook"}]


@pytest.mark.parametrize("gate", ["budget", "breaker"])
async def test_an_undo_that_may_not_be_sent_is_told(engine: Harness, gate: str) -> None:
    """Neither the budget of an agent nor a breaker is passed over: the run ends, and says what it leaves behind."""
    if gate == "budget":
        engine.budgets.append(Budget(agent="unbook", calls=1))
    else:
        engine.router.breakers.sections["unbook"] = BreakerRule(errors=1, open=Decimal(60))
        await engine.router.store.open_breaker("unbook", who="ann", why="moved", at=engine.router.clock.now())
    engine.publish("p", by_hop(COLUMNS, [BOOK, BOOK, WAIT]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await engine.cancel(run)
    result = (await engine.until(run, "cancelled")).result
    if gate == "budget":
        assert result["undone"] == undone(run, "2.1")
        assert [left["step"] for left in result["not_undone"]] == [f"{run}/1.1"]
        assert result["not_undone"][0]["reason"].startswith("budget: ")
    else:
        assert result["undone"] == []
        assert [left["reason"] for left in result["not_undone"]] == [
            "breaker_open: the breaker of agent `unbook` is open until somebody closes it (moved)"
        ] * 2
    assert engine.calls()["unbook"] == len(result["undone"])


async def test_an_undo_waits_while_its_agent_is_paused(engine: Harness) -> None:
    """It isn't given up: the run goes on undoing when the pause is lifted."""
    engine.publish("p", by_hop(COLUMNS, [BOOK, WAIT]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await pause(engine, "agent", "unbook")
    await engine.cancel(run)
    await until_held(engine, run, "agent:unbook")
    assert engine.calls() == {"book": 1}
    await resume(engine, "agent", "unbook")
    assert (await engine.until(run, "cancelled")).result["undone"] == undone(run, "1.1")
