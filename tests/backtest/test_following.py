"""Runs are followed under other tables as far as what was recorded tells, and no further."""

from __future__ import annotations

from collections import Counter

from tests.support.recorded_runs import CATALOGUE, policy, record_runs, version_of

from dmnroute.backtest.following import ENDS, follow, rest_of
from dmnroute.routing.history import History
from dmnroute.routing.ports.store import Store
from dmnroute.store.open import open_store


async def _histories() -> tuple[Store, list[History]]:
    store = await open_store("memory:")
    await record_runs(store, 60)
    found = [await store.history(state.run.id) for state in await store.states(policy="texts")]
    return store, [history for history in found if history is not None]


async def test_the_tables_that_decided_lead_every_run_to_its_recorded_end() -> None:
    """From whatever hop it is followed: the same end, and the same figures."""
    store, histories = await _histories()
    same, followed = version_of(policy()), 0
    for history in histories:
        for hop in range(1, len(history.hops) + 1):
            found = follow(history, hop, same, CATALOGUE)
            last = history.hops[-1].decision.plan
            assert (found.end, found.why) == (last.action, "")
            assert [each.decision.plan.action for each in found.history.hops] == [
                each.decision.plan.action for each in history.hops
            ]
            assert found.rest == rest_of(history, hop)
            followed += 1
    await store.close()
    assert followed > 100


async def test_a_shorter_way_is_known_and_a_new_question_is_not() -> None:
    """Who would have been let go has an end; whom a draft sends to an agent that wasn't asked has none."""
    store, histories = await _histories()
    eager = version_of(policy(doubt="0.01", score="0"))
    other = version_of(policy(first='"judge"'))
    ends: Counter[str] = Counter()
    for history in histories:
        ends[follow(history, 2, eager, CATALOGUE).end] += 1
        found = follow(history, 1, other, CATALOGUE)
        is_asked = "judge" in {step.agent for hop in history.hops for step in hop.decision.plan.steps}
        assert is_asked or (found.end, found.why) == ("unknown", "what `judge` says")
        assert len(found.history.hops) >= 1
    await store.close()
    completed = sum(history.hops[-1].decision.plan.action == "complete" for history in histories)
    assert ends["complete"] > completed
    assert ends.keys() <= ENDS


async def test_a_draft_that_cannot_decide_stops_there() -> None:
    """The error is what ends it."""
    store, histories = await _histories()
    found = follow(histories[0], 1, version_of(policy(first='"nobody"')), CATALOGUE)
    await store.close()
    assert (found.end, found.why, found.is_known) == ("stopped", "unknown_agent", False)
