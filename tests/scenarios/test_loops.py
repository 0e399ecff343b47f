"""A run that goes round in circles: tables see it first, then the limit ends it and says where."""

from __future__ import annotations

from tests.scenarios.harness import Harness
from tests.support.tables import route

from dmnroute.cli.views.timeline import timeline
from dmnroute.routing.records.run import Limits
from dmnroute.routing.replay import replay

TWO = [['"fail"', '"greet"'], ["-", '"fail"']]
"""One after the other, for ever; from hop 3 on the greeting is nothing new."""


async def test_the_limit_ends_a_circle_and_names_its_hops(engine: Harness) -> None:
    """Two agents in turn find out nothing new; what `show` prints tells which hops came again."""
    engine.publish("p", route(["last.agents[1]"], ["agent"], TWO))
    run = await engine.start("p", limits=Limits(no_progress=2))
    state = await engine.until(run, "failed")
    history = await engine.history(run)
    last = history.hops[-1].decision
    assert (last.limit, last.plan.reason) == (
        "no_progress",
        "hops 5-6 repeat: fail → greet → fail, for the same facts; 2 times is the limit",
    )
    shown = timeline(state, history).splitlines()
    assert "loop     hops 5-6 repeat: fail → greet → fail, for the same facts, 2 times in a row" in shown
    assert "  the same route as in hop 4, for the same facts" in shown


async def test_a_table_leaves_a_circle_by_itself(engine: Harness) -> None:
    """`run.repeats` is how often the latest turn came again: here people are asked the second time."""
    rules = [
        ["-", '"answered"', "null", '"complete"', "null"],
        [">= 2", "-", "null", '"escalate"', '"they find nothing new"'],
    ]
    rules += [["-", "-", '"fail"', "null", "null"]]
    inputs = ["run.repeats", "facts.answer"]
    engine.publish("p", route(inputs, ["agent", "action", "reason"], rules))
    run = await engine.start("p")
    await engine.until(run, "escalated")
    assert engine.calls() == {"fail": 3}
    await engine.answer(run, {"answer": "answered"})
    await engine.until(run, "completed")
    history = await engine.history(run)
    assert [hop.decision.plan.action for hop in history.hops] == [*["dispatch"] * 3, "escalate", "complete"]
    policy = await engine.router.policies.active("p")
    again = [replay(history, hop, policy=policy, catalogue=engine.router.catalogue) for hop in range(1, 6)]
    assert all(each.identical for each in again)
