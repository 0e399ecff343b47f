"""Breakers as pure functions: what they count, when they open, who may try, when they close."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.routing.deciding import START, later

from dmnroute.routing.breaker_gate import Gate, gate
from dmnroute.routing.breaker_rules import BreakerRule, BreakerRules
from dmnroute.routing.breakers import (
    Breaker,
    Probe,
    change_told,
    closed_by_hand,
    opened_by_hand,
    state_at,
    wait_of,
    with_call,
    with_probe,
    with_rule,
)
from dmnroute.routing.records.step import Outcome, PlannedStep, StepError

RULE = BreakerRule(errors=3, window=Decimal(60), open=Decimal(30))


def outcome(step: str = "r/1.1", *, kind: str | None = None, **fields: Any) -> Outcome:
    error = StepError(kind=kind, message="") if kind else None
    return Outcome(**{"step": step, "agent": "ask", "status": "failed" if kind else "ok", "error": error} | fields)


def called(breaker: Breaker, *kinds: str | None, at: float = 0, step: str = "r/1.1") -> Breaker:
    """The breaker after outcomes of these kinds of errors; none is ok."""
    for kind in kinds:
        breaker = with_call(breaker, outcome(step, kind=kind), agent="ask", at=later(at))
    return breaker


def breaker(**rule: Any) -> Breaker:
    return Breaker(name="ask", rule=BreakerRule(**rule) if rule else RULE)


def tripped(**rule: Any) -> Breaker:
    """Open since the start, for 30 s."""
    return called(Breaker(name="ask", rule=RULE.model_copy(update=rule)), *["timeout"] * 3)


def probed(found: Breaker, step: str, *, at: float, until: float = 100) -> Breaker | None:
    return with_probe(found, Probe(step=step, until=later(until)), at=later(at))


def test_a_number_of_errors_opens_it() -> None:
    """For as long as the rule says; then it is half-open by itself."""
    almost = called(breaker(), "timeout", "timeout", None, None, None)
    assert almost.state == "closed"
    opened = called(almost, "crashed", at=5)
    assert (opened.state, opened.since, opened.until) == ("open", later(5), later(35))
    assert opened.why == "3 of 6 calls failed within 60 s"
    assert [state_at(opened, later(at)) for at in (5, 34.9, 35, 99)] == ["open", "open", "half-open", "half-open"]
    assert wait_of(opened, later(10)) == 25


def test_a_share_of_errors_opens_it_once_there_are_enough_calls() -> None:
    """Half of the calls by default; the call that makes it enough has to be an error itself."""
    few = called(breaker(calls=4), "timeout", "timeout", "timeout")
    assert few.state == "closed"
    assert called(few, None).state == "closed"
    assert called(few, None, "timeout").state == "open"
    assert called(breaker(calls=4, share=Decimal("0.75")), "timeout", None, None, "timeout").state == "closed"
    assert called(breaker(calls=4, share=Decimal("0.75")), "timeout", "timeout", None, "timeout").state == "open"


def test_calls_leave_the_window_by_tenths() -> None:
    """What is older than the window doesn't count any more."""
    found = called(breaker(), "timeout", "timeout")
    assert called(found, "timeout", at=53).state == "open"
    assert called(found, "timeout", at=61).state == "closed"
    assert sum(tally.errors for tally in called(found, "timeout", at=61).tallies) == 1


@pytest.mark.parametrize("kind", ["unreadable", "refused", "schema_output"])
def test_an_agent_that_answers_is_well(kind: str) -> None:
    """An error of a kind that the rule doesn't name is an answer, too."""
    found = called(breaker(), *[kind] * 5)
    assert (found.state, sum(tally.calls for tally in found.tallies)) == ("closed", 5)
    assert called(breaker(errors=1, kinds=(kind,)), kind).state == "open"


@pytest.mark.parametrize(
    "silent",
    [
        outcome(kind="breaker_open"),
        outcome(kind="schema_input"),
        outcome(status="cancelled"),
        outcome(status="skipped"),
        outcome(reused=True),
        outcome(manual=True),
        outcome(status="timeout", kind="timeout", cut="slo"),
    ],
)
def test_who_was_not_called_says_nothing(silent: Outcome) -> None:
    """Neither well nor in trouble."""
    found = breaker(errors=1)
    assert with_call(found, silent, agent="ask", at=START) == found


def test_so_many_probes_at_once() -> None:
    """None while it is open; then as many as the rule says; one that ends or vanishes makes room."""
    found = tripped(probes=2, passes=3)
    assert probed(found, "a", at=29) is None
    one = probed(found, "a", at=30, until=40)
    assert one is not None
    assert (one.state, one.since) == ("half-open", later(30))
    two = probed(one, "b", at=31, until=50)
    assert two is not None
    assert probed(two, "c", at=32) is None
    assert wait_of(two, later(32)) == 8
    assert probed(two, "c", at=40) is not None
    ended = called(two, None, at=33, step="b")
    assert probed(ended, "c", at=33) is not None
    assert probed(with_call(two, outcome("a", status="cancelled"), agent="ask", at=later(33)), "c", at=33) is not None


def test_probes_close_it_or_open_it_again() -> None:
    """As many as the rule wants have to go well; one that fails is enough to open it again."""
    one = probed(tripped(passes=2, probes=2), "a", at=30)
    assert one is not None
    two = probed(one, "b", at=30)
    assert two is not None
    again = called(two, "timeout", at=31, step="a")
    assert (again.state, again.until, again.why) == ("open", later(61), "a probe failed")
    once = called(two, None, at=31, step="a")
    assert (once.state, once.passed) == ("half-open", 1)
    closed = called(once, None, at=32, step="b")
    assert (closed.state, closed.tallies, closed.why) == ("closed", (), "2 probes went well")


def test_late_calls_say_nothing_of_a_half_open_breaker() -> None:
    """Only probes do: what began before it opened, or comes after its deadline, doesn't count."""
    half_open = probed(tripped(), "a", at=30, until=40)
    assert half_open is not None
    assert called(half_open, None, "timeout", at=31, step="other").state == "half-open"
    assert called(half_open, None, at=41, step="a").state == "half-open"
    assert called(tripped(), None, None, at=1).state == "open"


def test_by_hand_it_stays_until_a_person_closes_it() -> None:
    """Unless a time was said: then probes find out, where it has a rule, else it is closed."""
    held = opened_by_hand(breaker(), who="ann", why="maintenance", at=START, until=None)
    assert (state_at(held, later(9999)), wait_of(held, START), held.who, held.why) == (
        *("open", None),
        *("ann", "maintenance"),
    )
    assert probed(held, "a", at=9999) is None
    assert with_rule(held, None, at=START).state == "open"
    for_a_time = opened_by_hand(breaker(), who="ann", why=None, at=START, until=later(10))
    assert state_at(for_a_time, later(10)) == "half-open"
    assert state_at(with_rule(for_a_time, None, at=START), later(10)) == "closed"
    assert closed_by_hand(tripped(), who="bob", why=None, at=later(1)).state == "closed"


def test_without_a_rule_nothing_is_counted() -> None:
    """A breaker that opened by its rule is closed with it."""
    assert called(Breaker(name="ask"), "timeout").tallies == ()
    freed = with_rule(tripped(), None, at=later(1))
    assert (freed.state, freed.why) == ("closed", "no rule watches it any more")
    assert with_rule(tripped(), RULE.model_copy(update={"errors": 9}), at=later(1)).state == "open"


def test_a_change_is_told_once() -> None:
    """Who, why and until when; nothing while only calls are counted."""
    before = called(breaker(), "timeout", "timeout")
    assert change_told(breaker(), before) is None
    assert change_told(before, called(before, "timeout")) == {
        "breaker": "ask",
        "was": "closed",
        "until": "2026-03-01T12:00:30+00:00",
        "who": None,
        "why": "3 of 3 calls failed within 60 s",
    }


def test_rules_fill_each_other_in() -> None:
    """A section says what differs from `default`; one can be turned off; targets have a slash."""
    rules = BreakerRules(
        {
            "default": BreakerRule(errors=5, open=Decimal(10)),
            "ask": BreakerRule(probes=2),
            "quiet": BreakerRule(enabled=False),
            "openai/gpt-4o": BreakerRule(open=Decimal(99)),
        }
    )
    assert rules.of("ask") == BreakerRule(errors=5, open=Decimal(10), probes=2)
    assert rules.of("ocr") == BreakerRule(errors=5, open=Decimal(10))
    assert rules.of("quiet") is None
    assert rules.of("openai/gpt-4o") == BreakerRule(errors=5, open=Decimal(99))
    assert rules.unknown(["ask"]) == ["quiet"]
    assert BreakerRules().of("ask") is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"eror": 1}, "unknown `eror`; did you mean `errors`?"),
        ({"kinds": ["time out"]}, "`time out` is no kind of error: kinds are words such as `timeout`"),
        ({"share": 2}, "less than or equal to 1"),
        ({"probes": 0}, "greater than or equal to 1"),
    ],
)
def test_a_wrong_rule_is_refused(given: dict[str, Any], message: str) -> None:
    """With what is wrong, and what would be right."""
    with pytest.raises(ValidationError) as raised:
        BreakerRule(**given)
    assert message in str(raised.value)


def step(name: str = "r/2.1", agent: str = "ask", target: str | None = None) -> PlannedStep:
    return PlannedStep(id=name, run="r", agent=agent, type=f"agent.{agent}", target=target, deadline=later(100))


def asked(*steps: PlannedStep, kept: tuple[Breaker, ...] = (), at: float = 0, **sections: BreakerRule) -> Gate:
    return gate(steps, {each.name: each for each in kept}, BreakerRules(sections), now=later(at))


def test_a_closed_breaker_lets_everybody_through() -> None:
    """Its rule is kept when it is met for the first time, or has changed."""
    first = asked(step(target="openai/gpt-4o"), default=RULE)
    assert (first.refused, first.write.probes) == ((), ())
    assert first.write.rules == {"ask": RULE, "openai/gpt-4o": RULE}
    known = Breaker(name="ask", rule=RULE)
    assert asked(step(), kept=(known,), default=RULE).write.rules == {}
    assert asked(step(), kept=(known,)).write.rules == {"ask": None}
    assert asked(step(), child := PlannedStep(id="r/2.2", run="r", agent="c", type="run:c")) == Gate()
    assert asked(child, default=RULE) == Gate()


def test_an_open_breaker_refuses_with_the_seconds_to_wait() -> None:
    """The outcome is retryable, and names who is kept away."""
    (refused,) = asked(step(), kept=(tripped(),), at=4.5, ask=RULE).refused
    assert refused.error == StepError(
        kind="breaker_open",
        message="the breaker of agent `ask` is open; the next probe may go in 26 s",
        retryable=True,
    )
    assert refused.metrics == {"retry_after": Decimal("25.5")}


def test_a_half_open_breaker_lets_so_many_try() -> None:
    """The other steps of the same hop are refused."""
    found = asked(step("r/2.1"), step("r/2.2"), kept=(tripped(),), at=30, ask=RULE)
    assert [(taken.breaker, taken.probe.step) for taken in found.write.probes] == [("ask", "r/2.1")]
    (refused,) = found.refused
    assert refused.error is not None
    assert (refused.step, refused.error.message) == (
        "r/2.2",
        "the breaker of agent `ask` is half-open, and its probes are under way; one ends within 70 s",
    )


def test_a_target_keeps_steps_of_every_agent_away() -> None:
    """And only those that go there."""
    target = tripped().model_copy(update={"name": "openai/gpt-4o"})
    steps = (step(target="openai/gpt-4o"), step("r/2.2", target="mistral/large"), step("r/2.3"))
    found = asked(*steps, kept=(target,), default=RULE)
    assert [outcome.step for outcome in found.refused] == ["r/2.1"]
    assert found.refused[0].error is not None
    assert found.refused[0].error.message == (
        "the breaker of target `openai/gpt-4o` is open; the next probe may go in 30 s"
    )


def test_a_step_takes_a_probe_of_each_breaker_or_none() -> None:
    """A step that one of its breakers refuses takes nothing of the others."""
    agent, target = tripped(), tripped().model_copy(update={"name": "openai/gpt-4o"})
    both = asked(step(target="openai/gpt-4o"), kept=(agent, target), at=30, default=RULE)
    assert [taken.breaker for taken in both.write.probes] == ["ask", "openai/gpt-4o"]
    held = opened_by_hand(target, who="ann", why="no budget", at=START, until=None)
    none = asked(step(target="openai/gpt-4o"), kept=(agent, held), at=30, default=RULE)
    assert none.write.probes == ()
    assert none.refused[0].error is not None
    assert none.refused[0].error.message == (
        "the breaker of target `openai/gpt-4o` is open until somebody closes it (no budget)"
    )


def test_what_arrives_is_counted_before_anybody_is_let_through() -> None:
    """The third error opens it for the step that is decided with its outcome."""
    found = gate(
        [step()],
        {"ask": called(breaker(), "timeout", "timeout")},
        BreakerRules({"ask": RULE}),
        arrived=[(step("r/1.1"), outcome(kind="timeout"))],
        now=START,
    )
    assert [outcome.step for outcome in found.refused] == ["r/2.1"]


calls = st.tuples(st.sampled_from(["timeout", None, "unreadable"]), st.integers(0, 40))


@given(st.lists(calls, max_size=60), st.integers(1, 5), st.integers(1, 6))
def test_it_never_opens_without_enough_errors_in_the_window(
    given_calls: list[tuple[str | None, int]], errors: int, window: int
) -> None:
    """Held against a list of all calls: open means enough errors in the window, closed means fewer in nine tenths."""
    rule = BreakerRule(errors=errors, window=Decimal(window * 10))
    found, at, seen = Breaker(name="ask", rule=rule), START, list[Any]()
    for kind, pause in given_calls:
        at += timedelta(seconds=pause)
        found = with_call(found, outcome(kind=kind), agent="ask", at=at)
        seen += [at] if kind == "timeout" else []
        recent = [each for each in seen if each > at - timedelta(seconds=window * 10)]
        surely = [each for each in seen if each > at - timedelta(seconds=window * 9)]
        if found.state == "open":
            assert len(recent) >= errors
            return
        assert len(surely) < errors
