"""When a hop is over, and how it ended."""

from __future__ import annotations

from typing import Any

import pytest
from tests.routing.deciding import after, later, one_rule, run, with_signals

from dmnroute.routing.history import History
from dmnroute.routing.progress import hop_end, pending_signal, wait_until
from dmnroute.routing.records.hop import HopEnd
from dmnroute.routing.records.step import Outcome


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["ok", "ok"], "ok"),
        (["ok", "failed"], "partial"),
        (["ok", "timeout"], "partial"),
        (["failed", "failed"], "failed"),
        (["failed", "timeout"], "failed"),
        (["timeout", "timeout"], "timeout"),
        (["ok", "cancelled"], "ok"),
        (["ok", "skipped"], "ok"),
        (["timeout", "cancelled"], "timeout"),
        (["cancelled", "cancelled"], "failed"),
        (["skipped", "skipped"], "failed"),
    ],
)
def test_how_a_hop_ended(statuses: list[str], expected: str) -> None:
    """Cancelled and skipped steps say nothing."""
    outcomes: list[dict[str, Any]] = [{"status": status} for status in statuses]
    history = after(History(run()), one_rule(agent='["ask", "ask"]'), *outcomes)
    end = hop_end(history, now=later(0))
    assert end is not None
    assert end.status == expected


def test_a_hop_without_steps_is_over_at_once() -> None:
    """And went well."""
    history = after(History(run()), one_rule(agent='"ask"', for_each="[]"))
    assert hop_end(history, now=later(0)) == HopEnd(status="ok")


def test_a_hop_goes_on_while_steps_run() -> None:
    """No end yet."""
    history = after(History(run()), one_rule(agent='["ask", "ask"]'), {})
    assert hop_end(history, now=later(999)) is None


def test_the_steps_that_a_join_leaves_behind_are_named() -> None:
    """The engine cancels them."""
    history = after(History(run()), one_rule(agent='["ask", "ask", "ask"]', join='"any"'), {"status": "failed"}, {})
    assert hop_end(history, now=later(0)) == HopEnd(status="partial", cancelled=("r/1.3",))


def test_a_fast_failure_does_not_meet_a_join() -> None:
    """Only ok outcomes count."""
    history = after(History(run()), one_rule(agent='["ask", "ask"]', join='"any"'), {"status": "failed"})
    assert hop_end(history, now=later(0)) is None


def test_an_end_has_no_end() -> None:
    """Nothing follows `complete` and `fail`."""
    assert hop_end(after(History(run()), one_rule(action='"complete"')), now=later(9)) is None
    assert hop_end(after(History(run()), one_rule(action='"fail"')), now=later(9)) is None


def test_a_wait_is_over_in_time_or_by_its_signal() -> None:
    """The signal comes first when both are true."""
    history = after(History(run()), one_rule(action='"wait"', wait="60", signal='"go"'), at=5)
    assert wait_until(history.hops[0]) == later(65)
    assert hop_end(history, now=later(64.999)) is None
    assert hop_end(history, now=later(65)) == HopEnd(status="timeout")
    assert hop_end(with_signals(history, "other"), now=later(6)) is None
    assert hop_end(with_signals(history, "other", "go"), now=later(65)) == HopEnd(status="signal", signal=2)


def test_the_first_of_several_signals_ends_a_wait() -> None:
    """In the order in which they came; the others are left for later waits."""
    wait = one_rule(action='"wait"', signal='["go", "stop"]')
    history = with_signals(after(History(run()), wait), "other", "stop", "go")
    assert history.hops[0].decision.plan.signal == ("go", "stop")
    assert hop_end(history, now=later(0)) == HopEnd(status="signal", signal=2)
    assert hop_end(after(history, wait), now=later(0)) == HopEnd(status="signal", signal=3)
    one = after(History(run()), one_rule(action='"wait"', signal='["go"]', wait="9"))
    assert one.hops[0].decision.plan.signal == "go"


@pytest.mark.parametrize(
    "until",
    [
        'date and time("2026-03-01T12:01:00Z")',
        'date and time("2026-03-01T12:01:00")',
        'date and time("2026-03-01T13:01:00+01:00")',
        'date and time("2026-03-01T13:01:00@Europe/Berlin")',
        '"2026-03-01T12:01:00Z"',
        'date and time(run.started) + duration("PT1M")',
    ],
)
def test_a_wait_may_last_until_a_moment(until: str) -> None:
    """In UTC unless it says its offset or zone; whatever else would end it earlier still does."""
    history = after(History(run()), one_rule(action='"wait"', until=until), at=5)
    assert wait_until(history.hops[0]) == later(60)
    assert hop_end(history, now=later(59.9)) is None
    assert hop_end(history, now=later(60)) == HopEnd(status="timeout")
    assert after(History(run()), one_rule(action='"wait"', until=until, wait="7")).hops[0].decision.plan.wait == 7


def test_a_moment_that_has_passed_ends_a_wait_at_once() -> None:
    """A date alone is its midnight."""
    history = after(History(run()), one_rule(action='"wait"', until='date("2026-03-01")'))
    assert hop_end(history, now=later(0)) == HopEnd(status="timeout")


def test_a_signal_without_time_is_waited_for_ever() -> None:
    """Only its signal ends such a wait."""
    history = after(History(run()), one_rule(action='"wait"', signal='"go"'))
    assert wait_until(history.hops[0]) is None
    assert hop_end(history, now=later(10**9)) is None


def test_a_signal_that_came_before_the_wait_counts_once() -> None:
    """Looking back, but never twice."""
    wait = one_rule(action='"wait"', signal='"go"')
    history = after(with_signals(History(run()), "go", "go"), wait)
    first = hop_end(history, now=later(0))
    assert first == HopEnd(status="signal", signal=1)
    history = after(history, wait)
    assert hop_end(history, now=later(0)) == HopEnd(status="signal", signal=2)
    history = after(history, wait)
    assert hop_end(history, now=later(0)) is None
    assert pending_signal(history, ["go"]) is None


def test_an_answer_ends_an_escalation() -> None:
    """Its outcome is that of `people`."""
    history = after(History(run()), one_rule(action='"escalate"', wait="60"))
    assert hop_end(history, now=later(59)) is None
    answered = after(History(run()), one_rule(action='"escalate"', wait="60"), {"output": {"yes": True}})
    assert hop_end(answered, now=later(1)) == HopEnd(status="ok")


def test_an_outcome_that_is_there_stays() -> None:
    """And one of a step that isn't planned is left out."""
    history = after(History(run()), one_rule(agent='"ask"'), {"output": {"answer": 1}})
    late = [
        Outcome(step="r/1.1", agent="ask", status="failed"),
        Outcome(step="r/9.9", agent="ask", status="ok"),
    ]
    assert history.with_outcomes(late) == history
    assert History(run()).with_outcomes(late) == History(run())
