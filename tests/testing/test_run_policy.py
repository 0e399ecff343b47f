"""Runs of a policy in a test."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel
from tests.support.tables import by_hop

from dmnroute.agents.declaration import agent
from dmnroute.agents.step import Step
from dmnroute.dmn import load
from dmnroute.errors import OperatorError, RouteError
from dmnroute.routing.records.run import Limits
from dmnroute.testing import START, FixedPolicies, ManualClock, run_policy

COLUMNS = ["agent", "action", "wait", "signal", "timeout", "result"]
DONE = {"action": '"complete"'}


class Name(BaseModel):
    name: str = "world"


class Greeting(BaseModel):
    greeting: str


@agent("greet", cost="0.01")
async def greet(given: Name, step: Step) -> Greeting:
    """Greet somebody."""
    step.report(confidence=0.9)
    return Greeting(greeting=f"hello {given.name}")


@agent("slow")
def slow(given: Name) -> Greeting:
    """Work in a thread for a moment of real time."""
    time.sleep(0.02)
    return Greeting(greeting="at last")


def saved(folder: Path, hops: list[dict[str, str]], name: str = "policy") -> Path:
    """A policy file that says for each hop what happens."""
    file = folder / f"{name}.dmn"
    file.write_text(by_hop(COLUMNS, hops))
    return file


async def test_a_run_is_driven_to_its_end(tmp_path: Path) -> None:
    """The result, the route and the record of the run can be asserted."""
    run = await run_policy(saved(tmp_path, [{"agent": '"greet"'}, DONE]), agents=[greet], input={"name": "Ada"})
    assert run.status == "completed"
    assert run.result == {"greeting": "hello Ada"}
    assert run.route == ["greet", "complete"]
    assert run.rules == [("Route", 1), ("Route", 2)]
    assert run.state.cost == Decimal("0.01")
    assert [outcome.confidence for outcome in run.history.outcomes()] == [Decimal("0.9")]


async def test_a_model_serves_as_well_as_a_file(tmp_path: Path) -> None:
    """A model that was loaded, or edited, by the test is driven as it is."""
    model = load(saved(tmp_path, [{"agent": '"greet"'}, DONE]))
    assert (await run_policy(model, agents=[greet])).result == {"greeting": "hello world"}


async def test_the_same_run_twice_gives_the_same_record(tmp_path: Path) -> None:
    """Times, seeds and results don't depend on the machine, not even with an agent in a thread."""
    file = saved(tmp_path, [{"agent": '["slow", "greet"]'}, {"action": '"wait"', "wait": "5"}, DONE])
    first, second = [await run_policy(file, agents=[slow, greet]) for _ in range(2)]
    assert first.history == second.history


async def test_a_wait_of_a_week_takes_no_time(tmp_path: Path) -> None:
    """The clock jumps over waits; the record shows the time that would have passed."""
    hops = [{"action": '"wait"', "wait": "604800"}, DONE]
    run = await run_policy(saved(tmp_path, hops))
    assert run.state.updated == START + timedelta(days=7)


async def test_a_real_thread_is_waited_for(tmp_path: Path) -> None:
    """The clock doesn't jump to a timeout while an agent is at work."""
    run = await run_policy(saved(tmp_path, [{"agent": '"slow"', "timeout": "0.001"}, DONE]), agents=[slow])
    assert run.result == {"greeting": "at last"}


async def test_an_agent_may_sleep_by_the_clock_of_the_test(tmp_path: Path) -> None:
    """A double that takes 2 seconds of the manual clock has a latency of 2 seconds, and a timeout of 1 cuts it."""
    clock = ManualClock()

    @agent("doze")
    async def doze(given: Name) -> Greeting:
        await clock.sleep(2)
        return Greeting(greeting="yawn")

    hops = [{"agent": '"doze"'}, {"agent": '"doze"', "timeout": "1"}, DONE]
    run = await run_policy(saved(tmp_path, hops), agents=[doze], clock=clock)
    assert [(o.status, o.latency) for o in run.history.outcomes()] == [("ok", 2), ("timeout", 1)]


async def test_an_agent_that_hangs_is_overtaken_by_its_timeout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some real patience the clock goes on, and the step times out."""
    monkeypatch.setattr("dmnroute.testing.policy_run.PATIENCE", 0.01)

    @agent("hang")
    async def hang(given: Name) -> Greeting:
        await asyncio.Event().wait()
        raise AssertionError

    run = await run_policy(saved(tmp_path, [{"agent": '"hang"', "timeout": "30"}, DONE]), agents=[hang])
    assert [outcome.status for outcome in run.history.outcomes()] == ["timeout"]


async def test_signals_are_there_from_the_start(tmp_path: Path) -> None:
    """A wait for a signal that was given ends at once."""
    hops = [{"action": '"wait"', "signal": '"paid"'}, {"action": '"complete"', "result": "signals.paid"}]
    run = await run_policy(saved(tmp_path, hops), signals={"paid": {"amount": 3}})
    assert run.result == {"amount": 3}


async def test_a_signal_that_never_comes_leaves_the_run_waiting(tmp_path: Path) -> None:
    """A test doesn't hang in a wait without end."""
    run = await run_policy(saved(tmp_path, [{"action": '"wait"', "signal": '"paid"'}, DONE]))
    assert (run.status, run.route) == ("waiting", ["wait"])


async def test_escalations_take_the_answers_in_order(tmp_path: Path) -> None:
    """Each escalation takes the next answer; without one the run stays escalated."""
    ask = {"action": '"escalate"'}
    file = saved(tmp_path, [ask, ask, {"action": '"complete"', "result": "steps.people.output"}])
    assert (await run_policy(file)).status == "escalated"
    run = await run_policy(file, answers=[{"ok": False}, {"ok": True}])
    assert run.result == {"ok": True}


async def test_child_policies_are_found_beside_the_file(tmp_path: Path) -> None:
    """`run:<policy>` drives the policy of the same folder."""
    saved(tmp_path, [{"agent": '"greet"'}, DONE], name="child")
    parent = saved(tmp_path, [{"agent": '"run:child"'}, DONE], name="parent")
    run = await run_policy(parent, agents=[greet])
    assert run.result == {"greeting": "hello world"}


async def test_limits_hold_in_tests_too(tmp_path: Path) -> None:
    """A run may be given the limits that it would have."""
    hops = [{"agent": '"greet"'}, {"agent": '"greet"'}, DONE]
    run = await run_policy(saved(tmp_path, hops), agents=[greet], limits=Limits(hops=1))
    assert run.history.hops[-1].decision.limit == "hops"


async def test_a_policy_with_errors_is_told_before_anything_runs(tmp_path: Path) -> None:
    """An agent that nobody gave is found by the checks."""
    with pytest.raises(RouteError) as caught:
        await run_policy(saved(tmp_path, [{"agent": '"greeet"'}, DONE]), agents=[greet])
    assert caught.value.message == "unknown agent `greeet`; did you mean `greet`?"


async def test_fixed_policies_know_what_they_were_given() -> None:
    """An unknown policy or version is the error that every source of policies gives."""
    policies = FixedPolicies({"greeting": load(by_hop(COLUMNS, [DONE]))})
    assert (await policies.active("greeting")).version == 1
    with pytest.raises(RouteError, match="unknown policy `greting`; did you mean `greeting`"):
        await policies.active("greting")
    with pytest.raises(OperatorError, match="policy `greeting` has no version 2"):
        await policies.version("greeting", 2)


async def test_input_arrives_while_a_hop_goes_on(tmp_path: Path) -> None:
    """The second hop is restarted; what the third one rejects changes nothing."""
    restarts = {"action": '"wait"', "wait": "60", "on_input": '"restart"'}
    rejects = {"action": '"wait"', "wait": "60", "on_input": '"reject"'}
    done = {"action": '"complete"', "result": "run.input"}
    rules = [restarts, rejects, done]
    columns = ["action", "wait", "on_input", "result"]
    (tmp_path / "p.dmn").write_text(by_hop(columns, rules))
    run = await run_policy(tmp_path / "p.dmn", input={"n": 1}, arrives={1: {"n": 2}, 3: {"n": 3}})
    assert (run.route, run.result) == (["wait", "wait", "wait", "complete"], {"n": 2})
    assert [hop.decision.previous.status for hop in run.history.hops] == ["start", "start", "timeout", "timeout"]
