"""People: asked with a form, reminded, asked in a chain; answers that don't fit, or come too late."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.scenarios.harness import Harness
from tests.support.tables import by_hop, route

from dmnroute.errors import OperatorError, UsageError
from dmnroute.routing.history import History

COLUMNS = ["action", "group", "form", "input", "wait", "remind", "notify", "result"]
ASK = {"action": '"escalate"', "group": '"claims"', "form": '"claim_check"', "input": "{claim: 7}"}
TOLD = {"action": '"complete"', "result": "{status: last.status, said: steps.people.output, facts: facts}"}


async def test_an_answer_has_to_fit_its_form(engine: Harness) -> None:
    """What is wrong is told field by field; the question stays open, and the answer becomes facts by its types."""
    engine.publish("p", by_hop(COLUMNS, [ASK, TOLD]))
    run = await engine.start("p")
    await engine.until(run, "escalated")
    with pytest.raises(UsageError) as refused:
        await engine.answer(run, {"verdict": "perhaps", "amount": -1})
    assert str(refused.value) == (
        "the answer doesn't fit: verdict: input should be 'pay' or 'refuse'; amount: input should be greater than 0\n"
        "hint: `dmnroute form claim_check` shows what is asked for"
    )
    await engine.answer(run, {"verdict": "pay", "amount": "12.50"})
    state = await engine.until(run, "completed")
    said = {"verdict": "pay", "amount": Decimal("12.50"), "note": None}
    assert state.result == {"status": "ok", "said": said, "facts": {"verdict": "pay", "amount": Decimal("12.50")}}


async def test_a_foreign_answer_that_does_not_fit_goes_back_to_people(engine: Harness) -> None:
    """It is kept with what is wrong about it, and the same question is asked again for the time that is left."""
    engine.publish("p", by_hop(COLUMNS, [{**ASK, "wait": "3600"}, TOLD]))
    run = await engine.start("p")
    await engine.until(run, "escalated")
    await engine.answer_elsewhere(run, {"verdict": "pay"})
    history = await until_hops(engine, run, 2)
    first, again = history.hops
    assert first.ordered()[0].output == {"verdict": "pay"}
    assert (again.decision.stage, again.decision.plan.refused) == ("asked_again", "amount: field required")
    assert again.decision.plan.steps[0].input == {"claim": 7}
    await engine.answer_elsewhere(run, {"verdict": "refuse", "amount": 1})
    state = await engine.until(run, "completed")
    assert (state.result["status"], state.result["said"]["verdict"]) == ("ok", "refuse")


async def test_a_chain_of_groups_is_asked_by_the_table(engine: Harness) -> None:
    """It reads how often and how long nobody has answered; who answers too late learns what happened meanwhile."""
    rules = [
        ['"start"', "-", '"escalate"', '"desk"', "60", "null"],
        ['"timeout"', "< 2", '"escalate"', '"lead"', "60", '"the desk did not answer"'],
        ['"timeout"', "-", '"fail"', "null", "null", 'string(people.waiting >= 120) + " " + string(people.groups)'],
        ["-", "-", '"complete"', "null", "null", "null"],
    ]
    columns = ["action", "group", "wait", "reason"]
    engine.publish("p", route(["last.status", "people.unanswered"], columns, rules))
    run = await engine.start("p")
    await engine.until(run, "escalated")
    question = (await engine.history(run)).hops[0].decision.plan.steps[0].id
    await engine.advance(60)
    await until_hops(engine, run, 2)
    with pytest.raises(OperatorError) as late:
        await engine.answer(run, {"fine": True}, question=question)
    assert late.value.code == "not_escalated"
    await engine.advance(60)
    await engine.until(run, "failed")
    last = (await engine.history(run)).hops[-1].decision.plan
    assert last.reason == 'true ["desk", "lead"]'
    with pytest.raises(OperatorError, match="the question of hop 2 wasn't answered in time; then hop 3: true"):
        await engine.answer(run, {"fine": True})


async def test_people_are_reminded_while_a_question_is_open(engine: Harness) -> None:
    """An agent tells them every so many seconds; after the answer nobody is told any more."""
    ask = {**ASK, "form": "null", "wait": "3600", "remind": "600", "notify": '"notify"'}
    engine.publish("p", by_hop(COLUMNS, [ask, TOLD]))
    run = await engine.start("p")
    await engine.until(run, "escalated")
    await engine.advance(601)
    await engine.until_called("notify")
    await engine.advance(601)
    await engine.until_called("notify", 2)
    await engine.answer(run, {"fine": True})
    state = await engine.until(run, "completed")
    assert (state.result["status"], state.result["said"]) == ("ok", {"fine": True})
    reminded = (await engine.history(run)).hops[0].ordered()[1:]
    assert [outcome.status for outcome in reminded] == ["ok", "ok", "skipped", "skipped", "skipped"]


async def test_a_reminder_without_an_agent_is_recorded(engine: Harness) -> None:
    """The question stays as it is, and people may still answer."""
    engine.publish("p", by_hop(COLUMNS, [{**ASK, "form": "null", "wait": "3600", "remind": "1200"}, TOLD]))
    run = await engine.start("p")
    await engine.until(run, "escalated")
    await engine.advance(1201)
    while len((await engine.history(run)).hops[0].ordered()) < 1:
        await engine.until(run, "escalated")
    (outcome,) = (await engine.history(run)).hops[0].ordered()
    assert (outcome.agent, outcome.status) == ("reminder", "ok")
    await engine.answer(run, {"fine": True})
    assert (await engine.until(run, "completed")).result["said"] == {"fine": True}


async def until_hops(engine: Harness, run: str, number: int) -> History:
    while len((history := await engine.history(run)).hops) < number:
        await engine.until(run, "escalated")
    return history
