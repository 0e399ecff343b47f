"""Fan-outs and their joins, the same on every engine."""

from __future__ import annotations

from typing import Any

import pytest
from tests.scenarios.harness import Harness
from tests.support.tables import by_hop

from dmnroute.routing.history import Hop

DONE = {
    "action": '"complete"',
    "result": '{status: last.status, joined: last.joined, ok: count(last.outcomes[status = "ok"])}',
}
COLUMNS = ["agent", "for_each", "join", "tolerate", "action", "result"]
SURE = '"count(outcomes[status = \\"ok\\" and confidence > 0.8]) >= 2"'


def ballots(*confidences: str | None) -> dict[str, Any]:
    """One voter for each: with that confidence, failing (a negative one), or never ending (none)."""
    return {"ballots": [{"voter": f"v{n}", "confidence": said} for n, said in enumerate(confidences, 1)]}


async def voted(engine: Harness, join: str, *confidences: str | None, tolerate: str = "null") -> tuple[Any, Hop]:
    """The result of a run that has one fan-out, and the fan-out."""
    hop = {"agent": '"vote"', "for_each": "run.input.ballots", "join": join, "tolerate": tolerate}
    engine.publish("p", by_hop(COLUMNS, [hop, DONE]))
    run = await engine.start("p", input=ballots(*confidences))
    state = await engine.until(run, "completed")
    return state.result, (await engine.history(run)).hops[0]


def statuses(hop: Hop) -> list[str]:
    return [outcome.status for outcome in hop.ordered()]


async def test_a_condition_ends_a_fan_out_as_soon_as_it_is_true(engine: Harness) -> None:
    """Two voters are sure; the one that is not is no obstacle, and the one that never ends is cancelled."""
    result, hop = await voted(engine, SURE, "0.9", "0.5", None, "0.95")
    assert result["joined"] is True
    outcomes = hop.ordered()
    assert (outcomes[0].status, outcomes[2].status, outcomes[3].status) == ("ok", "cancelled", "ok")


async def test_a_condition_that_never_comes_true_ends_with_its_last_step(engine: Harness) -> None:
    """All have ended, and `last.joined` says that it wasn't enough."""
    result, hop = await voted(engine, SURE, "0.9", "0.5", "-1")
    assert result == {"status": "partial", "joined": False, "ok": 2}
    assert statuses(hop) == ["ok", "ok", "failed"]


async def test_a_condition_may_be_about_failures(engine: Harness) -> None:
    """A timeout or a failure is an outcome too: the condition is asked after each of them."""
    result, hop = await voted(engine, '"count(outcomes[status = \\"failed\\"]) >= 2"', "-1", None, "-1")
    assert result == {"status": "failed", "joined": True, "ok": 0}
    assert statuses(hop) == ["failed", "cancelled", "failed"]


@pytest.mark.parametrize(
    ("join", "tolerate", "confidences", "result", "ended"),
    [
        ("2", "null", ["-1", None, "-1"], {"status": "failed", "joined": False, "ok": 0}, "failed cancelled failed"),
        ("null", "0.4", [None, "-1", "-1"], {"status": "failed", "joined": False, "ok": 0}, "cancelled failed failed"),
        ('"all"', "1", ["0.9", "-1", "0.9"], {"status": "partial", "joined": True, "ok": 2}, "ok failed ok"),
        ('"all-done"', "null", ["-1", "0.9"], {"status": "partial", "joined": True, "ok": 1}, "failed ok"),
        ('"all"', "null", ["-1", "0.9"], {"status": "partial", "joined": False, "ok": 1}, "failed ok"),
    ],
    ids=["too few are left", "too many failed", "one may fail", "all-done", "all"],
)
async def test_failures_end_a_hop_or_are_tolerated(
    engine: Harness, join: str, tolerate: str, confidences: list[str | None], result: dict[str, Any], ended: str
) -> None:
    """Nobody waits for a step that can't change the verdict any more."""
    said, hop = await voted(engine, join, *confidences, tolerate=tolerate)
    assert said == result
    assert statuses(hop) == ended.split()


async def test_a_condition_that_cannot_be_read_stops_the_run_before_anybody_is_sent(engine: Harness) -> None:
    """A named error; the corrected policy goes on."""
    hop = {"agent": '["greet", "hang"]', "join": '"count(outcoms) > 0"'}
    engine.publish("p", by_hop(COLUMNS, [{**hop, "join": "run.input.join"}, DONE]))
    run = await engine.start("p", input={"join": "count(outcoms) > 0"})
    state = await engine.until(run, "stopped")
    assert state.stop is not None
    assert (state.stop.code, state.stop.message.splitlines()[0]) == (
        "join_condition",
        "unknown name `outcoms`; did you mean `outcomes`?",
    )
    assert engine.calls() == {}
    engine.publish("p", by_hop(COLUMNS, [{**hop, "join": '"count(outcomes) > 0"'}, DONE]))
    await engine.retry(run)
    await engine.until(run, "completed")
