"""Retries by the router, for workers that try nothing again by themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.routing.deciding import CATALOGUE, decided, later, run, version
from tests.support.tables import by_hop

from dmnroute.routing.context import build_context
from dmnroute.routing.forks import redo, redrive
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.hop import DecisionRecord, HopEnd
from dmnroute.routing.records.run import Origin
from dmnroute.routing.records.step import Outcome
from dmnroute.routing.replay import replay

COLUMNS = ["agent", "action", "retries", "backoff", "timeout", "join", "max_cost"]
BUSY: dict[str, Any] = {"status": "failed", "error": {"kind": "rate_limited", "message": "", "retryable": True}}
OK: dict[str, Any] = {"output": {"text": "a"}}


def policy(**cells: str) -> PolicyVersion:
    return version(by_hop(COLUMNS, [{"agent": '"ocr"', "retries": "2"} | cells, {"action": '"complete"'}]))


def arrived(history: History, decision: DecisionRecord, *outcomes: dict[str, Any], foreign: bool = True) -> History:
    """Outcomes as they come with a route job."""
    steps = decision.plan.steps
    found = [
        Outcome.model_validate(
            {"step": step.id, "agent": step.agent, "status": "ok", "attempt": step.attempt, "foreign": foreign} | fields
        )
        for step, fields in zip(steps, outcomes, strict=False)
    ]
    return history.with_decision(decision).with_outcomes(found)


def again(history: History, tables: PolicyVersion, *outcomes: dict[str, Any], at: float = 0, **how: Any) -> History:
    return arrived(history, decided(tables, history, at=at), *outcomes, **how)


def test_a_failed_step_is_sent_again_after_a_wait() -> None:
    """Until it goes well or its retries are used up; tables see one step, with the cost of all attempts."""
    tables = policy()
    history = again(History(run()), tables, BUSY | {"cost": "0.1"})
    history = again(history, tables)
    wait = history.hops[-1].decision
    assert (wait.stage, wait.plan.action, 0.25 <= (wait.plan.wait or 0) <= 0.5) == ("backoff", "wait", True)
    history = again(history, tables, OK | {"cost": "0.2"}, at=1)
    sent = history.hops[-1].decision
    assert (sent.stage, sent.plan.steps[0].id, sent.plan.steps[0].attempt) == ("retry", "r/3.1", 2)
    history = again(history, tables, at=2)
    assert history.hops[-1].decision.plan.result == {"text": "a"}
    last = build_context(history.before(4), history.hops[3].decision.previous, now=later(2))["last"]
    assert (last["status"], last["cost"], last["outcomes"][0]["attempt"]) == ("ok", Decimal("0.3"), 2)
    for hop in range(1, 5):
        assert replay(history, hop, policy=tables, catalogue=CATALOGUE).differences == ()


def test_retries_come_to_an_end() -> None:
    """Two retries are three attempts; then the tables choose."""
    tables, history = policy(), History(run())
    stages = []
    for at in range(0, 60, 5):
        decision = decided(tables, history, at=at)
        stages.append(decision.stage)
        history = arrived(history, decision, BUSY)
        if decision.plan.action == "complete":
            break
    assert stages == [None, "backoff", "retry", "backoff", "retry", None]


@pytest.mark.parametrize(
    ("cells", "outcome", "wait"),
    [
        ({"backoff": "8"}, BUSY, (4, 8)),
        ({}, BUSY | {"error": BUSY["error"] | {"retry_after": 12}}, (12, 12)),
    ],
)
def test_how_long_is_waited(cells: dict[str, str], outcome: dict[str, Any], wait: tuple[int, int]) -> None:
    """Half to all of `backoff`, and never less than the service asked for."""
    history = again(History(run()), policy(**cells), outcome)
    waiting = decided(policy(**cells), history).plan.wait
    assert waiting is not None
    assert wait[0] <= waiting <= wait[1]


@pytest.mark.parametrize(
    ("cells", "outcome", "how"),
    [
        ({"retries": "null"}, BUSY, {}),
        ({}, {"status": "failed", "error": {"kind": "corrupt", "message": ""}}, {}),
        ({}, BUSY, {"foreign": False}),
        ({}, BUSY | {"attempt": 3}, {}),
        ({"timeout": "10"}, BUSY | {"error": BUSY["error"] | {"retry_after": 12}}, {}),
        ({"agent": '["ocr", "ocr"]', "join": "1"}, OK, {}),
    ],
    ids=["no retries", "not retryable", "of the SDK", "used up", "no time", "join met"],
)
def test_when_nothing_is_sent_again(cells: dict[str, str], outcome: dict[str, Any], how: dict[str, Any]) -> None:
    """Then it is the tables' turn."""
    tables = policy(**cells)
    history = again(History(run()), tables, outcome, BUSY, **how)
    assert hop_end(history, now=later(0)) is not None
    assert decided(tables, history).stage is None


def test_a_retry_has_what_is_left_of_time_and_money() -> None:
    """The timeout and `max_cost` are for all attempts together."""
    tables = policy(timeout="30", max_cost="1")
    history = again(again(History(run()), tables, BUSY | {"cost": "0.4"}), tables, at=1)
    (step,) = decided(tables, history, at=2).plan.steps
    assert (step.timeout, step.deadline, step.max_cost) == (28, later(30), Decimal("0.6"))


def test_only_what_failed_is_sent_again() -> None:
    """The tables see all steps of the hop in their order."""
    tables = policy(agent='["ocr", "ask", "ocr"]', join="2")
    history = again(History(run()), tables, BUSY, OK, BUSY)
    history = again(history, tables)
    decision = decided(tables, history, at=1)
    assert ([step.slot for step in decision.plan.steps], decision.plan.join) == ([1, 3], 1)
    history = arrived(history, decision, BUSY, OK)
    end = hop_end(history, now=later(1))
    assert end is not None
    last = build_context(history, end, now=later(1))["last"]
    assert [(o["agent"], o["status"]) for o in last["outcomes"]] == [("ocr", "failed"), ("ask", "ok"), ("ocr", "ok")]


def forked(history: History, origin: Origin | None) -> History:
    assert origin is not None
    return history.forked(history.run.model_copy(update={"id": "f", "origin": origin}))


def test_a_redrive_leaves_alone_what_a_retry_has_mended() -> None:
    """Only what failed to the end is done once more; of the others counts what came of them last."""
    tables = policy(agent='["ocr", "ask", "ocr"]', retries="1")
    history = again(History(run()), tables, BUSY, OK, BUSY)
    history = again(again(history, tables), tables, BUSY, OK, at=1)
    fork = forked(history, redrive(history))
    sent = decided(tables, fork, at=2)
    assert (sent.hop, sent.stage) == (4, "again")
    assert [(step.id, step.done) for step in sent.plan.steps] == [
        ("f/4.1", None),
        ("f/4.2", "r/1.2"),
        ("f/4.3", "r/3.2"),
    ]
    done = arrived(fork, sent, OK, OK, OK, foreign=False)
    last = build_context(done, HopEnd(status="ok"), now=later(3))["last"]
    assert [outcome["step"] for outcome in last["outcomes"]] == ["f/4.1", "f/4.2", "f/4.3"]
    assert decided(tables, done, at=3).plan.action == "complete"
    assert redrive(done) is None


def test_what_a_retry_has_mended_is_nothing_to_redrive() -> None:
    """All went well in the end."""
    tables = policy()
    history = again(again(again(History(run()), tables, BUSY), tables), tables, OK, at=1)
    assert redrive(history) is None


def test_a_step_that_is_done_once_more_is_retried_anew() -> None:
    """It has all of its attempts; those of before stay with the run that made them."""
    tables = policy(agent='["ocr", "ask"]', retries="1")
    history = again(again(again(History(run()), tables, BUSY, OK), tables), tables, BUSY, at=1)
    fork = forked(history, redo(history, ["r/1.1"]))
    sent = decided(tables, fork, at=2)
    assert [step.done for step in sent.plan.steps] == [None, "r/1.2"]
    fork = arrived(fork, sent, BUSY, OK)
    stages = []
    for at in range(3, 9, 2):
        decision = decided(tables, fork, at=at)
        stages.append(decision.stage)
        fork = arrived(fork, decision, BUSY)
    assert stages == ["backoff", "retry", None]
