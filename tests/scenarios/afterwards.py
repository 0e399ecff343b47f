"""What has to hold of the runs of every scenario, whatever happened in them."""

from __future__ import annotations

from tests.scenarios.harness import Harness

from dmnroute.agents.holding import awaited_now
from dmnroute.cli.views.explanations import explanation_text
from dmnroute.cli.views.timeline import timeline
from dmnroute.routing.explanation import explain_hop
from dmnroute.routing.history import History
from dmnroute.routing.pauses import pause_of
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.stored_history import StoredHistory, read_history


async def every_run_is_told_and_replays(engine: Harness) -> None:
    """`show` and `explain` have words for all of it, and each decision comes out of a file as it was recorded."""
    store = engine.router.store
    for state in await store.states():
        history = await store.history(state.run.id)
        assert history is not None
        waits = await awaited_now(store, engine.router.clock, history)
        assert timeline(state, history, waits=waits, pause=pause_of(state, await store.pauses()))
        written = StoredHistory(history, await _policies(engine, history), engine.router.catalogue).to_text()
        stored = read_history(written)
        assert [str(each) for again in stored.replayed() for each in again.differences] == []
        for number in range(1, len(history.hops) + 1):
            assert explanation_text(explain_hop(stored.history, number, stored.policy, stored.catalogue), whole=True)


async def _policies(engine: Harness, history: History) -> tuple[PolicyVersion, ...]:
    """All that have decided something."""
    named = dict.fromkeys((hop.decision.policy, hop.decision.version) for hop in history.hops)
    return tuple([await engine.router.policies.version(*each) for each in named])
