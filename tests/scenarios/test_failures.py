"""What goes wrong has a kind, and each kind its remedy in a table."""

from __future__ import annotations

import asyncio

import pytest
from tests.scenarios.harness import Harness, called_after_a_wait
from tests.support.tables import by_hop, model, route, table

DONE = {"action": '"complete"'}
COLUMNS = ["agent", "action", "retries", "timeout"]


async def test_a_service_is_not_asked_before_it_wants_to_be(engine: Harness) -> None:
    """`retry_after` goes before the usual delay of the policy's retries."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"limited"', "retries": "1", "timeout": "9999"}, DONE]))
    run = await engine.start("p")
    await engine.until_called("limited")
    waited = 0
    while (state := await engine.router.store.state(run)) is None or state.status != "completed":
        # When the wait begins, only the engine knows: the clock may have moved on by then.
        await engine.advance(7)
        waited += 7
        await asyncio.sleep(0.05)
    assert waited >= 20
    assert state.result == {"greeting": "at last"}
    assert (await engine.history(run)).hops[0].ordered()[0].attempt == 2


async def test_a_table_waits_where_a_retry_would_come_too_late(engine: Harness) -> None:
    """The failure stands at once, and tells the table how long to wait; the retries of a policy may be rules, too."""
    rules = [
        ['"rate_limited"', '"failed"', "null", '"wait"', "last.outcomes[1].error.retry_after", "null"],
        ["-", '"timeout"', '"greet"', "null", "null", "null"],
        ["-", '"start"', '"limited"', "null", "null", "10"],
        ["-", "-", "null", '"complete"', "null", "null"],
    ]
    columns = ["agent", "action", "wait", "timeout"]
    engine.publish("p", route(["last.outcomes[1].error.kind", "last.status"], columns, rules))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    history = await engine.history(run)
    assert history.hops[1].decision.plan.wait == 20
    await engine.advance(20)
    assert (await engine.until(run, "completed")).result == {"greeting": "hello world"}
    assert engine.calls() == {"limited": 1, "greet": 1}


@pytest.mark.parametrize(
    ("agent", "kind", "message"),
    [
        ("write_nonsense", "schema_output", "the output can't be recorded: `NaN` has no JSON form"),
        ("write_too_much", "too_large", "the output is 9,000,014 bytes, and 8,000,000 are kept"),
    ],
)
async def test_what_can_not_be_kept_fails_once_with_its_cause(
    engine: Harness, agent: str, kind: str, message: str
) -> None:
    """It would be the same at each retry."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": f'"{agent}"', "retries": "3"}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    error = (await engine.history(run)).hops[0].ordered()[0].error
    assert error is not None
    assert (error.kind, error.message.split(":")[0] if agent == "write_too_much" else error.message) == (kind, message)
    assert engine.calls() == {agent: 1}


async def test_a_lost_process_uses_up_no_retry_of_the_policy(engine: Harness) -> None:
    """The step is done once more as if it were new: first attempt, then the one retry that its row allows."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"flaky"', "retries": "1"}, DONE]))
    engine.lose_next_outcome()
    run = await engine.start("p")
    for attempts in (1, 3):
        await engine.until_called("flaky", attempts)
        await called_after_a_wait(engine, "flaky", attempts + 1)
        if attempts == 1:
            await engine.deliver_again(run)
    state = await engine.until(run, "completed")
    assert state.result == {"answer": "at last"}
    assert (await engine.history(run)).hops[0].ordered()[0].attempt == 2


async def test_every_failure_has_a_kind(engine: Harness) -> None:
    """Of agents that refuse, report or propose nonsense, and of child runs; none of them stops the others."""
    engine.publish("broken", by_hop(COLUMNS, [{"action": '"fail"'}]))
    agents = '["decline", "misreport", "mispropose", "run:broken", "greet"]'
    engine.publish("p", by_hop(COLUMNS, [{"agent": agents}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    outcomes = (await engine.history(run)).hops[0].ordered()
    assert [outcome.error.kind if outcome.error else outcome.status for outcome in outcomes] == [
        "refused",
        "bad_metric",
        "bad_proposal",
        "child_failed",
        "ok",
    ]


async def test_an_input_that_does_not_fit_calls_nobody(engine: Harness) -> None:
    """A guard made of it what the agent doesn't take."""
    columns = [*COLUMNS, "before"]
    engine.publish("p", by_hop(columns, [{"agent": '"address"', "before": '"censor"', "retries": "2"}, DONE]))
    run = await engine.start("p", input={"name": "Ada"})
    await engine.until(run, "completed")
    error = (await engine.history(run)).hops[1].ordered()[0].error
    assert error is not None
    assert error.kind == "schema_input"
    assert engine.calls() == {"censor": 1}


async def test_people_or_nobody_are_remedies_too(engine: Harness) -> None:
    """One kind is escalated, another one is left out."""
    rules = [
        ['"start"', "-", '["crash", "greet"]', "null", "null", "null"],
        ["-", '"crashed"', "null", '"escalate"', '"desk"', "null"],
        ['"ok"', "-", '"decline"', "null", "null", "null"],
        ["-", '"refused"', "null", '"complete"', "null", "{said: steps.people.output.word, left: last.agents}"],
    ]
    kind = 'last.outcomes[status != "ok"][1].error.kind'
    engine.publish("p", route(["last.status", kind], ["agent", "action", "group", "result"], rules))
    run = await engine.start("p")
    await engine.until(run, "escalated")
    await engine.answer(run, {"word": "go"})
    assert (await engine.until(run, "completed")).result == {"said": "go", "left": ["decline"]}


async def test_each_kind_has_its_remedy_in_a_table(engine: Harness) -> None:
    """Another agent, another parameter: decided by the kind alone."""
    kind = 'last.outcomes[status != "ok"][1].error.kind'
    remedies = [
        ['"crashed"', '{agent: "fail"}'],
        ['"unreadable"', '{agent: "greet", name: "Grace"}'],
        ["-", "{}"],
    ]
    fallback = table("Fallback", [kind], ["remedy"], remedies)
    rules = [
        ['"start"', '"crash"', "null", "null"],
        ['"failed"', "Fallback.agent", "null", "Fallback.name"],
        ["-", "null", '"complete"', "null"],
    ]
    main = table("Route", ["last.status"], ["agent", "action", "name"], rules, requires=["Fallback"])
    engine.publish("p", model(fallback, main))
    state = await engine.until(await engine.start("p"), "completed")
    assert state.result == {"greeting": "hello Grace"}
    assert engine.calls() == {"crash": 1, "fail": 1, "greet": 1}
