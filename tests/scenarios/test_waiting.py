"""Waits: for a time, for a moment, for signals."""

from __future__ import annotations

from tests.scenarios.harness import Harness
from tests.support.tables import by_hop

COLUMNS = ["agent", "action", "timeout", "wait", "until", "signal", "result"]
TOLD = {"action": '"complete"', "result": "{status: last.status, name: last.signal.name, said: last.signal.payload}"}


async def test_any_of_several_signals_ends_a_wait(engine: Harness) -> None:
    """The table reads which one it was, and what it brought."""
    engine.publish("p", by_hop(COLUMNS, [{"action": '"wait"', "signal": '["paid", "cancelled"]'}, TOLD]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await engine.signal(run, "delivered")
    await engine.signal(run, "cancelled", {"by": "Ada"})
    state = await engine.until(run, "completed")
    assert state.result == {"status": "signal", "name": "cancelled", "said": {"by": "Ada"}}


async def test_a_wait_ends_at_a_moment(engine: Harness) -> None:
    """The moment is computed by the table."""
    until = 'date and time(run.started) + duration("PT1H")'
    engine.publish("p", by_hop(COLUMNS, [{"action": '"wait"', "until": until}, TOLD]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await engine.advance(3600)
    state = await engine.until(run, "completed")
    assert state.result == {"status": "timeout", "name": None, "said": None}


async def test_a_signal_that_came_long_before_its_wait_counts(engine: Harness) -> None:
    """However many hops lie between: nobody has to be there when it comes."""
    engine.publish(
        "p",
        by_hop(COLUMNS, [{"agent": '"hang"', "timeout": "7200"}, {"action": '"wait"', "signal": '"paid"'}, TOLD]),
    )
    run = await engine.start("p")
    await engine.until_called("hang")
    await engine.signal(run, "paid", {"amount": 12})
    await engine.advance(3600)
    await engine.advance(3600)
    state = await engine.until(run, "completed")
    assert state.result == {"status": "signal", "name": "paid", "said": {"amount": 12}}


async def test_waits_for_several_signals_look_back_in_order(engine: Harness) -> None:
    """Both came while an agent was at work: each ends one wait, the first one first; what nobody waits for stays."""
    wait = {"action": '"wait"', "signal": '["paid", "packed"]'}
    done = {"action": '"complete"', "result": "{last: last.signal.name, paid: signals.paid, packed: signals.packed}"}
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"hang"', "timeout": "60"}, wait, wait, done]))
    run = await engine.start("p")
    await engine.until_called("hang")
    for name in ("packed", "other", "paid"):
        await engine.signal(run, name, name.upper())
    await engine.advance(60)
    state = await engine.until(run, "completed")
    assert state.result == {"last": "paid", "paid": "PAID", "packed": "PACKED"}
    ends = [hop.decision.previous.signal for hop in (await engine.history(run)).hops]
    assert ends == [None, None, 1, 3]
