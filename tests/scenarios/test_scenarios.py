"""What every engine does with a run. Engines join by a harness of their own."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.scenarios.harness import Harness, called_after_a_wait
from tests.support.tables import by_hop, model, route, table

from dmnroute.routing.records.run import Limits

DONE = {"action": '"complete"'}
COLUMNS = ["agent", "action"]


async def test_a_straight_route_ends_with_the_facts(engine: Harness) -> None:
    """One agent, then complete: the result is what the agent found out."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    run = await engine.start("p", input={"name": "Ada"})
    state = await engine.until(run, "completed")
    assert state.result == {"greeting": "hello Ada"}
    assert state.hop == 2
    assert state.cost == Decimal("0.01")
    assert engine.calls() == {"greet": 1}


async def test_parameter_columns_go_before_the_runs_input(engine: Harness) -> None:
    """A column that bears the name of an input field fills it."""
    engine.publish("p", by_hop(["agent", "action", "name"], [{"agent": '"greet"', "name": '"Grace"'}, DONE]))
    state = await engine.until(await engine.start("p", input={"name": "Ada"}), "completed")
    assert state.result == {"greeting": "hello Grace"}


async def test_all_steps_of_a_fan_out_are_waited_for(engine: Harness) -> None:
    """Without a join the hop goes on when every step has ended; facts merge by index, so the later step wins."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '["greet", "greet_in_a_thread"]'}, DONE]))
    run = await engine.start("p")
    state = await engine.until(run, "completed")
    assert state.result == {"greeting": "good day world"}
    outcomes = (await engine.history(run)).hops[0].ordered()
    assert [(o.agent, o.status, o.confidence) for o in outcomes] == [
        ("greet", "ok", Decimal("0.9")),
        ("greet_in_a_thread", "ok", Decimal("0.5")),
    ]


async def test_any_ends_with_the_first_ok_outcome_and_cancels_the_rest(engine: Harness) -> None:
    """The losers of a race are recorded as cancelled."""
    hops = [{"agent": '["hang", "greet"]', "join": '"any"'}, DONE]
    engine.publish("p", by_hop(["agent", "action", "join"], hops))
    run = await engine.start("p")
    await engine.until(run, "completed")
    outcomes = (await engine.history(run)).hops[0].ordered()
    assert [(o.agent, o.status) for o in outcomes] == [("hang", "cancelled"), ("greet", "ok")]


async def test_a_fast_failure_does_not_win_a_race(engine: Harness) -> None:
    """`any` counts ok outcomes only."""
    hops = [{"agent": '["fail", "greet"]', "join": '"any"'}, DONE]
    engine.publish("p", by_hop(["agent", "action", "join"], hops))
    state = await engine.until(await engine.start("p"), "completed")
    assert state.result == {"greeting": "hello world"}


async def test_a_number_of_ok_outcomes_can_be_enough(engine: Harness) -> None:
    """With `join` 2 the third step is cancelled."""
    hops = [{"agent": '["greet", "hang", "greet_in_a_thread"]', "join": "2"}, DONE]
    engine.publish("p", by_hop(["agent", "action", "join"], hops))
    run = await engine.start("p")
    await engine.until(run, "completed")
    outcomes = (await engine.history(run)).hops[0].ordered()
    assert [o.status for o in outcomes] == ["ok", "cancelled", "ok"]


async def test_a_majority_is_more_than_half(engine: Harness) -> None:
    """Two of three."""
    hops = [{"agent": '["greet", "hang", "greet"]', "join": '"majority"'}, DONE]
    engine.publish("p", by_hop(["agent", "action", "join"], hops))
    run = await engine.start("p")
    await engine.until(run, "completed")
    history = await engine.history(run)
    assert history.hops[0].decision.plan.join == 2


async def test_collect_makes_a_step_of_each_matched_rule(engine: Harness) -> None:
    """Rules that match together fan out, in their order."""
    rules = [["1", '"greet"', "null"], ["1", '"greet_in_a_thread"', "null"], ["2", "null", '"complete"']]
    engine.publish("p", route(["run.hop"], ["agent", "action"], rules, hit_policy="COLLECT"))
    run = await engine.start("p")
    await engine.until(run, "completed")
    history = await engine.history(run)
    assert [step.id for step in history.hops[0].decision.plan.steps] == [f"{run}/1.1", f"{run}/1.2"]
    assert [hit.rule for hit in history.hops[0].decision.rules] == [1, 2]


async def test_for_each_makes_a_step_of_each_element(engine: Harness) -> None:
    """The element fills the field `item`; a fact that appends keeps the order of the elements."""
    hops = [{"agent": '"double"', "for_each": "run.input.numbers"}, DONE]
    engine.publish("p", by_hop(["agent", "action", "for_each"], hops))
    state = await engine.until(await engine.start("p", input={"numbers": [3, 1, 2]}), "completed")
    assert state.result == {"doubled": [6, 2, 4]}
    assert engine.calls() == {"double": 3}


async def test_for_each_of_nothing_is_a_counted_hop_without_outcomes(engine: Harness) -> None:
    """An empty list dispatches nothing, and the run goes on."""
    hops = [{"agent": '"double"', "for_each": "run.input.numbers"}, DONE]
    engine.publish("p", by_hop(["agent", "action", "for_each"], hops))
    state = await engine.until(await engine.start("p", input={"numbers": []}), "completed")
    assert state.hop == 2
    assert engine.calls() == {}


async def test_a_batch_gives_several_elements_to_one_step(engine: Harness) -> None:
    """Three elements in batches of two are two steps."""
    hops = [{"agent": '"double_batch"', "for_each": "run.input.numbers", "batch": "2"}, DONE]
    engine.publish("p", by_hop(["agent", "action", "for_each", "batch"], hops))
    state = await engine.until(await engine.start("p", input={"numbers": [3, 1, 2]}), "completed")
    assert state.result == {"doubled": [6, 2, 4]}
    assert engine.calls() == {"double_batch": 2}


async def test_a_failure_is_routed_to_its_fallback(engine: Harness) -> None:
    """The tables see the kind of error and choose another agent."""
    fallback = table(
        "Fallback", ["last.outcomes[1].error.kind"], ["remedy"], [['"unreadable"', '"greet"'], ["-", "null"]]
    )
    rules = [
        ["1", "-", '"fail"', "null"],
        ["2", "not(null)", "Fallback", "null", "the remedy of the failure"],
        ["3", "-", "null", '"complete"'],
    ]
    main = table("Route", ["run.hop", "Fallback"], ["agent", "action"], rules, requires=["Fallback"])
    engine.publish("p", model(fallback, main))
    run = await engine.start("p")
    state = await engine.until(run, "completed")
    assert state.result == {"greeting": "hello world"}
    history = await engine.history(run)
    assert history.hops[1].decision.previous.status == "failed"
    assert [(h.decision, h.rule, h.annotation) for h in history.hops[1].decision.rules] == [
        ("Fallback", 1, ""),
        ("Route", 2, "the remedy of the failure"),
    ]


async def test_an_exception_is_an_outcome_of_kind_crashed(engine: Harness) -> None:
    """Whatever an agent raises, the tables can route on it."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"crash"'}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    error = (await engine.history(run)).hops[0].ordered()[0].error
    assert error is not None
    assert (error.kind, error.message) == ("crashed", "ZeroDivisionError: division by zero")


async def test_an_agent_whose_extra_is_missing_is_unavailable(engine: Harness) -> None:
    """It isn't called; the tables can route around it."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"absent"'}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    error = (await engine.history(run)).hops[0].ordered()[0].error
    assert error is not None
    assert (error.kind, error.message) == (
        "unavailable",
        "agent `absent` needs `a_module_that_is_not_there`, which isn't installed",
    )
    assert engine.calls() == {}


async def test_some_failures_among_ok_outcomes_are_partial(engine: Harness) -> None:
    """`last.status` says so."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '["greet", "fail"]'}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    assert (await engine.history(run)).hops[1].decision.previous.status == "partial"


async def test_the_policys_retries_try_a_failed_step_again(engine: Harness) -> None:
    """A retryable failure is tried again within the hop, after a delay."""
    engine.publish("p", by_hop(["agent", "action", "retries"], [{"agent": '"flaky"', "retries": "1"}, DONE]))
    run = await engine.start("p")
    await engine.until_called("flaky")
    await called_after_a_wait(engine, "flaky", 2)
    state = await engine.until(run, "completed")
    assert state.result == {"answer": "at last"}
    assert (await engine.history(run)).hops[0].ordered()[0].attempt == 2
    assert engine.calls() == {"flaky": 2}


async def test_a_step_that_takes_too_long_times_out(engine: Harness) -> None:
    """The timeout becomes an outcome, and the hop goes on."""
    engine.publish("p", by_hop(["agent", "action", "timeout"], [{"agent": '"hang"', "timeout": "5"}, DONE]))
    run = await engine.start("p")
    await engine.until_called("hang")
    await engine.advance(5)
    await engine.until(run, "completed")
    history = await engine.history(run)
    assert history.hops[0].ordered()[0].status == "timeout"
    assert history.hops[1].decision.previous.status == "timeout"


async def test_a_timeout_may_be_a_duration(engine: Harness) -> None:
    """`duration("PT5S")` is five seconds."""
    hops = [{"agent": '"hang"', "timeout": 'duration("PT5S")'}, DONE]
    engine.publish("p", by_hop(["agent", "action", "timeout"], hops))
    run = await engine.start("p")
    await engine.until_called("hang")
    await engine.advance(5)
    await engine.until(run, "completed")
    assert (await engine.history(run)).hops[0].decision.plan.steps[0].timeout == 5


WAIT = by_hop(
    ["action", "wait", "signal", "result"],
    [
        {"action": '"wait"', "wait": "60", "signal": '"approved"'},
        {"action": '"complete"', "result": "{status: last.status, by: signals.approved.by}"},
    ],
)


async def test_a_signal_ends_a_wait(engine: Harness) -> None:
    """The tables see what it brought."""
    engine.publish("p", WAIT)
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await engine.signal(run, "approved", {"by": "Ada"})
    state = await engine.until(run, "completed")
    assert state.result == {"status": "signal", "by": "Ada"}


async def test_a_wait_ends_by_itself(engine: Harness) -> None:
    """When no signal comes, time ends it."""
    engine.publish("p", WAIT)
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await engine.advance(60)
    state = await engine.until(run, "completed")
    assert state.result == {"status": "timeout", "by": None}


async def test_a_signal_that_came_first_counts(engine: Harness) -> None:
    """A wait looks back: the signal may have come while an agent was still at work."""
    hops = [
        {"agent": '"hang"', "timeout": "5"},
        {"action": '"wait"', "signal": '"approved"'},
        {"action": '"complete"', "result": "{by: signals.approved.by}"},
    ]
    engine.publish("p", by_hop(["agent", "action", "timeout", "signal", "result"], hops))
    run = await engine.start("p")
    await engine.until_called("hang")
    await engine.signal(run, "approved", {"by": "Ada"})
    await engine.advance(5)
    state = await engine.until(run, "completed")
    assert state.result == {"by": "Ada"}


async def test_a_signal_ends_one_wait_only(engine: Harness) -> None:
    """The second wait for the same name needs a second signal."""
    wait = {"action": '"wait"', "signal": '"next"'}
    engine.publish("p", by_hop(["action", "signal"], [wait, wait, DONE]))
    run = await engine.start("p")
    await engine.until(run, "waiting")
    await engine.signal(run, "next", key="a")
    await engine.signal(run, "next", key="a")
    state = await engine.until(run, "waiting")
    await engine.advance(1)
    assert state.status == "waiting"
    await engine.signal(run, "next", key="b")
    assert (await engine.until(run, "completed")).hop == 3


ESCALATE = by_hop(
    ["action", "group", "wait", "input", "result"],
    [
        {"action": '"escalate"', "group": '"desk"', "wait": "3600", "input": '{question: "Is this Ada?"}'},
        {"action": '"complete"', "result": "{status: last.status, verdict: steps.people.output.verdict}"},
    ],
)


async def test_people_answer_an_escalation(engine: Harness) -> None:
    """The answer is the outcome of `people`."""
    engine.publish("p", ESCALATE)
    run = await engine.start("p")
    await engine.until(run, "escalated")
    plan = (await engine.history(run)).hops[0].decision.plan
    assert (plan.group, plan.steps[0].input) == ("desk", {"question": "Is this Ada?"})
    await engine.answer(run, {"verdict": "yes"})
    state = await engine.until(run, "completed")
    assert state.result == {"status": "ok", "verdict": "yes"}


async def test_an_escalation_that_nobody_answers_times_out(engine: Harness) -> None:
    """The tables decide what follows."""
    engine.publish("p", ESCALATE)
    run = await engine.start("p")
    await engine.until(run, "escalated")
    await engine.advance(3600)
    state = await engine.until(run, "completed")
    assert state.result == {"status": "timeout", "verdict": None}


async def test_a_child_run_has_its_own_policy_and_history(engine: Harness) -> None:
    """Its result is the outcome of the parent's step; its cost is the parent's."""
    engine.publish("child", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    engine.publish(
        "p", by_hop(["agent", "action", "as", "name"], [{"agent": '"run:child"', "as": '"kid"', "name": '"Kay"'}, DONE])
    )
    run = await engine.start("p")
    state = await engine.until(run, "completed")
    assert state.result == {"greeting": "hello Kay"}
    assert state.cost == Decimal("0.01")
    child = await engine.history(f"{run}/1.1")
    assert (child.run.policy, child.run.parent, len(child.hops)) == ("child", f"{run}/1.1", 2)
    outcome = (await engine.history(run)).hops[0].ordered()[0]
    assert (outcome.agent, outcome.confidence) == ("kid", Decimal("0.9"))


async def test_a_run_that_no_rule_matches_stops_and_goes_on_with_the_corrected_policy(engine: Harness) -> None:
    """The error names what was null and who reports it; nothing that was done is done again."""
    broken = [["start", "-", '"greet_in_a_thread"', "null"], ["-", '"other"', "null", '"complete"']]
    broken[0][0] = '"start"'
    engine.publish("p", route(["last.status", "facts.answer"], COLUMNS, broken))
    run = await engine.start("p")
    state = await engine.until(run, "stopped")
    assert state.stop is not None
    assert state.stop.message == (
        "no rule of `Route` matches\n"
        "p.dmn, decision `Route`\n"
        "hint: `facts.answer` was null (`absent`, which has not run, or `chat`, which has not run, or `flaky`,"
        " which has not run, or `needs_more`, which has not run, or `overspend`, which has not run, or `pricey`,"
        " which has not run, reports it);"
        ' rule 1 came nearest: `last.status` is `"ok"`, not `"start"`'
    )
    corrected = [['"start"', "-", '"greet_in_a_thread"', "null"], ["-", "-", "null", '"complete"']]
    engine.publish("p", route(["last.status", "facts.answer"], COLUMNS, corrected))
    await engine.retry(run)
    state = await engine.until(run, "completed")
    assert state.result == {"greeting": "good day world"}
    history = await engine.history(run)
    assert [hop.decision.version for hop in history.hops] == [1, 2]
    assert engine.calls() == {"greet_in_a_thread": 1}


@pytest.mark.parametrize(
    ("columns", "first", "code"),
    [
        (COLUMNS, {"agent": "run.input.agent"}, "unknown_agent"),
        (COLUMNS, {"agent": "run.input.number"}, "wrong_type"),
        (COLUMNS, {}, "empty_route"),
        (COLUMNS, {"agent": '"greet"', "action": '"complete"'}, "route_conflict"),
        (["agent", "action", "wait"], {"action": '"wait"'}, "endless_wait"),
        (COLUMNS, {"agent": '"needs_more"'}, "invalid_input"),
    ],
)
async def test_a_route_that_cannot_be_carried_out_stops_the_run(
    engine: Harness, columns: list[str], first: dict[str, str], code: str
) -> None:
    """Each mistake has its name; the run keeps its state."""
    engine.publish("p", by_hop(columns, [first]))
    run = await engine.start("p", input={"agent": "gret", "number": 7})
    state = await engine.until(run, "stopped")
    assert state.stop is not None
    assert state.stop.code == code


async def test_rules_that_disagree_on_the_hop_are_a_conflict(engine: Harness) -> None:
    """The message names both rules."""
    rules = [["1", '"greet"', '"any"'], ["1", '"fail"', '"all"']]
    engine.publish("p", route(["run.hop"], ["agent", "join"], rules, hit_policy="COLLECT"))
    state = await engine.until(await engine.start("p"), "stopped")
    assert state.stop is not None
    assert state.stop.message.startswith(
        "rules 1 and 2 disagree on `join`: `any` and `all`\np.dmn, decision `Route`, rule 2"
    )


async def test_a_redelivered_route_job_gets_the_stored_decision(engine: Harness) -> None:
    """No hop is decided twice."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    before = await engine.history(run)
    await engine.redeliver_route(run, 1)
    await engine.redeliver_route(run, 2)
    assert await engine.history(run) == before


async def test_a_redelivered_step_changes_nothing(engine: Harness) -> None:
    """The first outcome stays."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    run = await engine.start("p")
    await engine.until(run, "completed")
    before = await engine.history(run)
    assert not await engine.redeliver_step(run, 1, 1)
    assert await engine.history(run) == before


async def test_starting_a_run_twice_changes_nothing(engine: Harness) -> None:
    """The run's id makes starts idempotent."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"greet"'}, DONE]))
    await engine.start("p", input={"name": "Ada"})
    state = await engine.until("r", "completed")
    await engine.start("p", input={"name": "Grace"})
    assert (await engine.until("r", "completed")).result == state.result
    assert engine.calls() == {"greet": 1}


async def test_the_budget_holds_whatever_the_table_says(engine: Harness) -> None:
    """Steps that may cost more than what is left aren't dispatched; the facts so far are the result."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"pricey"'}, {"agent": '["pricey", "pricey"]'}, DONE]))
    run = await engine.start("p", limits=Limits(cost=Decimal(1)))
    state = await engine.until(run, "failed")
    last = (await engine.history(run)).hops[-1].decision
    assert (last.limit, last.plan.reason) == ("cost", "the next steps may cost 0.8 USD, and 0.6 of 1 USD is left")
    assert state.result == {"answer": "42"}
    assert engine.calls() == {"pricey": 1}


async def test_a_run_may_make_so_many_hops(engine: Harness) -> None:
    """The limit of hops ends a table that never does."""
    engine.publish("p", route(["run.hop"], ["agent"], [["-", '"greet"']]))
    run = await engine.start("p", limits=Limits(hops=3))
    await engine.until(run, "failed")
    last = (await engine.history(run)).hops[-1].decision
    assert (last.limit, last.plan.reason) == ("hops", "the run reached its limit of 3 hops")
    assert engine.calls() == {"greet": 3}


async def test_the_same_route_for_the_same_facts_is_no_progress(engine: Harness) -> None:
    """A loop that finds out nothing new is ended."""
    engine.publish("p", route(["run.hop"], ["agent"], [["-", '"fail"']]))
    run = await engine.start("p", limits=Limits(no_progress=2))
    await engine.until(run, "failed")
    last = (await engine.history(run)).hops[-1].decision
    assert (last.limit, last.plan.reason) == (
        "no_progress",
        "hop 2 repeats: fail → fail, for the same facts; 2 times is the limit",
    )


async def test_a_run_ends_at_its_deadline(engine: Harness) -> None:
    """Steps don't outlive the run's time."""
    engine.publish("p", route(["run.hop"], ["agent"], [["-", '"hang"']]))
    run = await engine.start("p", limits=Limits(time=Decimal(10)))
    await engine.until_called("hang")
    await engine.advance(10)
    await engine.until(run, "failed")
    assert (await engine.history(run)).hops[-1].decision.limit == "time"


async def test_a_hop_may_be_so_wide(engine: Harness) -> None:
    """A wider fan-out stops the run with a hint; corrected, it goes on."""
    hops = [{"agent": '"double"', "for_each": "run.input.numbers"}, DONE]
    engine.publish("p", by_hop(["agent", "action", "for_each"], hops))
    run = await engine.start("p", input={"numbers": [1, 2, 3]}, limits=Limits(width=2))
    state = await engine.until(run, "stopped")
    assert state.stop is not None
    assert state.stop.code == "too_wide"


async def test_a_proposal_becomes_a_step_only_by_a_table(engine: Harness) -> None:
    """AI proposes, policy disposes."""
    hops = [{"agent": '"propose"'}, {"agent": "last.outcomes[1].proposal[1].agent"}, DONE]
    engine.publish("p", by_hop(COLUMNS, hops))
    state = await engine.until(await engine.start("p"), "completed")
    assert state.result == {"greeting": "hello world"}


async def test_an_equal_step_may_reuse_an_outcome(engine: Harness) -> None:
    """With `reuse` the agent isn't called for the same input again, and nothing is paid."""
    engine.publish("p", by_hop(["agent", "action", "reuse"], [{"agent": '"greet"', "reuse": "true"}, DONE]))
    await engine.until(await engine.start("p", run="one"), "completed")
    state = await engine.until(await engine.start("p", run="two"), "completed")
    assert state.result == {"greeting": "hello world"}
    assert state.cost == 0
    assert (await engine.history("two")).hops[0].ordered()[0].reused
    assert engine.calls() == {"greet": 1}


async def test_a_cancelled_run_dispatches_nothing_more(engine: Harness) -> None:
    """Its open steps are cancelled."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"hang"'}, DONE]))
    run = await engine.start("p")
    await engine.until_called("hang")
    await engine.cancel(run)
    state = await engine.until(run, "cancelled")
    assert state.status == "cancelled"
    assert (await engine.history(run)).hops[0].ordered()[0].status == "cancelled"


async def test_a_step_that_is_cancelled_leaves_the_others_their_outcomes(engine: Harness) -> None:
    """Steering ends the step it names; what the others found out stays."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '["greet", "hang"]'}, DONE]))
    run = await engine.start("p")
    await engine.until_called("hang")
    await engine.cancel_step(f"{run}/1.2")
    state = await engine.until(run, "completed")
    assert state.result == {"greeting": "hello world"}
    assert [o.status for o in (await engine.history(run)).hops[0].ordered()] == ["ok", "cancelled"]


async def test_a_saved_table_decides_the_next_hop(engine: Harness) -> None:
    """Saving the file is publishing: the run that is under way takes the new version."""
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"hang"'}, DONE]))
    run = await engine.start("p")
    await engine.until_called("hang")
    engine.publish("p", by_hop(COLUMNS, [{"agent": '"hang"'}, {"agent": '"greet"'}, DONE]))
    await engine.advance(60)
    state = await engine.until(run, "completed")
    assert state.result == {"greeting": "hello world"}
    assert [hop.decision.version for hop in (await engine.history(run)).hops] == [1, 2, 2]
