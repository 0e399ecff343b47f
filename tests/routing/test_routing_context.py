"""The routing context: every field, from what was recorded."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import pytest
from tests.routing.deciding import CATALOGUE, START, after, decided, later, limited, one_rule, run, with_signals

from dmnroute.routing.context import RoutingContext, build_context
from dmnroute.routing.history import History
from dmnroute.routing.limits import limit_after, limit_before
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.hop import HopEnd, Plan
from dmnroute.routing.standing import StandingContext

TWO = one_rule(agent='["ocr", "ask"]')


UNLIMITED = {"limit": None, "spent": 0, "remaining": None, "ratio": None}


def context(history: History, *, at: float = 0, **options: Any) -> dict[str, Any]:
    end = hop_end(history, now=later(at))
    assert end is not None
    return build_context(history, end, now=later(at), **options)


def test_before_the_first_hop_nothing_has_happened() -> None:
    """Every name is there, most are empty."""
    found = context(History(run(tags={"team": "a"}, tenant="t")), at=1.5)
    assert found == {
        "run": {
            "id": "r",
            "policy": "p",
            "tenant": "t",
            "hop": 1,
            "started": "2026-03-01T12:00:00+00:00",
            "elapsed": Decimal("1.5"),
            "input": {"path": "a.pdf"},
            "cost": Decimal(0),
            "tokens": 0,
            "tags": {"team": "a"},
            "forbidden": [],
            "repeats": 0,
        },
        "facts": {},
        "last": {
            "agents": [],
            "status": "start",
            "joined": None,
            "outcomes": [],
            "confidence": None,
            "coverage": None,
            "agreement": None,
            "cost": Decimal(0),
            "latency": Decimal(0),
            "signal": None,
            "input": None,
            "cut": None,
        },
        "steps": {},
        "guards": {"verdict": None, "verdicts": []},
        "budget": {
            "limit": None,
            "spent": Decimal(0),
            "remaining": None,
            "ratio": None,
            "unknown": 0,
            "warning": False,
            "tokens": UNLIMITED,
            "calls": UNLIMITED,
            "hops": {"limit": 50, "spent": 0, "remaining": 50, "ratio": 0},
            "tenant": StandingContext().model_dump(),
        },
        "slo": {"limit": None, "elapsed": Decimal("1.5"), "remaining": None, "ratio": None}
        | {"target": None, "left": None, "breached": False},
        "agents": {},
        "signals": {},
        "people": {"asked": 0, "unanswered": 0, "groups": [], "waiting": Decimal(0), "refused": 0},
    }
    assert list(found) == list(RoutingContext.model_fields)


def test_the_hop_that_just_ended() -> None:
    """Agents and outcomes by index, the lowest confidence, what it cost, the slowest latency, the tokens."""
    ok = {"confidence": Decimal("0.9"), "cost": Decimal("0.25"), "latency": Decimal(3), "tokens": 10}
    poor = {"confidence": Decimal("0.4"), "cost": Decimal("0.5"), "latency": Decimal(1), "tokens": 5}
    found = context(after(History(run()), TWO, ok, poor))
    last = found["last"]
    assert (last["agents"], last["status"], last["confidence"]) == (["ocr", "ask"], "ok", Decimal("0.4"))
    assert (last["cost"], last["latency"]) == (Decimal("0.75"), Decimal(3))
    assert [outcome["step"] for outcome in last["outcomes"]] == ["r/1.1", "r/1.2"]
    assert (found["run"]["hop"], found["run"]["cost"], found["run"]["tokens"]) == (2, Decimal("0.75"), 15)
    assert set(last["outcomes"][0]) == {
        *("step", "agent", "branch", "status", "confidence", "coverage", "output", "metrics", "error"),
        *("cost", "tokens", "calls", "latency", "attempt", "reused", "manual", "foreign", "proposal", "target"),
        *("queued", "cut"),
    }


def test_confidence_and_agreement_are_those_of_ok_outcomes() -> None:
    """A failed step has no say; an ok one without a confidence neither."""
    failed = {"status": "failed", "confidence": Decimal("0.1"), "output": {"text": "z"}}
    three = one_rule(agent='["ocr", "ask", "ask"]')
    last = context(after(History(run()), three, failed, {"confidence": Decimal("0.7")}, {}))["last"]
    assert (last["status"], last["confidence"], last["agreement"]) == ("partial", Decimal("0.7"), 1)


def test_agreement_is_the_share_of_the_most_common_output() -> None:
    """Of all ok outcomes, those without output too."""
    four = one_rule(agent='["ask", "ask", "ask", "ask"]')
    outputs = [{"output": {"answer": "a"}}, {"output": {"answer": "b"}}, {"output": {"answer": "a"}}, {}]
    assert context(after(History(run()), four, *outputs))["last"]["agreement"] == Decimal("0.5")
    assert context(after(History(run()), four, *[{"status": "failed"}] * 4))["last"]["agreement"] is None


def test_steps_hold_the_highest_index_of_the_latest_hop() -> None:
    """Whatever came in first."""
    history = after(
        History(run()), one_rule(agent='["ask", "ask"]'), {"output": {"answer": 1}}, {"output": {"answer": 2}}
    )
    assert context(history)["steps"]["ask"]["output"] == {"answer": 2}
    history = after(history, one_rule(agent='"ask"'), {"status": "failed"})
    assert (context(history)["steps"]["ask"]["status"], context(history)["facts"]) == ("failed", {"answer": 2})


@pytest.mark.parametrize(
    ("limit", "spent", "expected"),
    [
        (None, "0.5", {"limit": None, "spent": Decimal("0.5"), "remaining": None, "ratio": None}),
        ("2", "0.5", {"limit": 2, "spent": Decimal("0.5"), "remaining": Decimal("1.5"), "ratio": Decimal("0.25")}),
        ("0.25", "0.5", {"limit": Decimal("0.25"), "spent": Decimal("0.5"), "remaining": 0, "ratio": 2}),
    ],
)
def test_the_budget(limit: str | None, spent: str, expected: dict[str, Any]) -> None:
    """What remains is never below 0; the ratio tells the excess."""
    history = after(History(run()), one_rule(agent='"ask"'), {"cost": Decimal(spent)})
    limits = limited(cost=None if limit is None else Decimal(limit)).run.limits
    found = context(History(run(limits=limits), history.hops))["budget"]
    assert {name: found[name] for name in expected} == expected


def test_a_budget_of_nothing_is_used_up() -> None:
    """Its ratio is 1, and no division fails."""
    found = context(limited(cost=Decimal(0)))["budget"]
    assert [found[name] for name in ("limit", "spent", "remaining", "ratio")] == [0, 0, 0, 1]


def test_the_time_that_is_left() -> None:
    """In seconds, exact to the microsecond."""
    found = context(limited(time=Decimal(10)), at=2.500001)["slo"]
    assert found == {
        "limit": 10,
        "elapsed": Decimal("2.500001"),
        "remaining": Decimal("7.499999"),
        "ratio": Decimal("0.2500001"),
        "target": None,
        "left": None,
        "breached": False,
    }


@pytest.mark.parametrize(("at", "left", "breached"), [(2.5, "7.5", False), (10, "0", True), (99, "0", True)])
def test_an_slo_is_breached_by_time_alone(at: float, left: str, breached: bool) -> None:
    """Nothing is left then; the deadline is another matter."""
    found = context(limited(slo=Decimal(10)), at=at)["slo"]
    assert (found["target"], found["left"], found["breached"]) == (10, Decimal(left), breached)
    assert (found["limit"], found["remaining"]) == (None, None)


def test_signals_hold_the_latest_payload() -> None:
    """By name."""
    history = with_signals(History(run()), "a", "b", "a", payloads=[1, 2, {"x": 3}])
    assert context(history)["signals"] == {"a": {"x": 3}, "b": 2}


def test_the_figures_of_agents_are_taken_as_given() -> None:
    """What wasn't measured is null."""
    found = context(History(run()), figures={"ocr": {"in_flight": 2, "error_rate": Decimal("0.1")}})["agents"]["ocr"]
    assert found == {
        "breaker": None,
        "targets": [],
        "queued": None,
        "backlog": None,
        "in_flight": 2,
        "error_rate": Decimal("0.1"),
        "latency_p95": None,
        "cost_mean": None,
        "confidence_mean": None,
        "budget": StandingContext().model_dump(),
        "paused": False,
    }


def test_the_same_history_end_and_clock_give_the_same_context() -> None:
    """Nothing else is looked at."""
    history = after(History(run()), TWO, {"output": {"text": "a"}}, {})
    end = HopEnd(status="ok")
    assert build_context(history, end, now=later(9)) == build_context(history, end, now=later(9))


def test_a_decision_does_not_depend_on_the_applications_decimal_context() -> None:
    """An application may have set a precision of its own."""
    history = after(
        limited(cost=Decimal(1)), one_rule(agent='["ask", "ask", "ask"]'), *[{"cost": Decimal("0.123456789")}] * 3
    )
    policy = one_rule(agent='["ask", "ask", "ask"]', text="string(budget.ratio) + string(last.agreement)")
    usual = decided(policy, history, at=1.234567)
    with localcontext() as narrow:
        narrow.prec = 3
        assert decided(policy, history, at=1.234567) == usual


def test_the_tables_read_the_time_of_the_record() -> None:
    """`now()` and `today()` of FEEL are the moment of the decision, never the machine's clock."""
    decision = decided(one_rule(action='"complete"', result="{now: string(now()), today: string(today())}"), at=61)
    assert decision.at == later(61)
    assert decision.plan.result["now"].startswith("2026-03-01T12:01:01")
    assert decision.plan.result["today"] == "2026-03-01"


def test_hops_and_time_end_a_run_before_its_tables_are_asked() -> None:
    """With the facts so far as result."""
    history = after(limited(hops=1, time=Decimal(5)), one_rule(agent='"ask"'), {"output": {"answer": 1}})
    assert limit_before(history, now=START) == ("hops", "the run reached its limit of 1 hops")
    decision = decided(one_rule(agent="1 + null"), history)
    assert (decision.limit, decision.rules, decision.plan.action) == ("hops", (), "fail")
    assert (decision.plan.result, decision.plan.reason) == ({"answer": 1}, "the run reached its limit of 1 hops")
    assert limit_before(limited(time=Decimal("2.50")), now=later(2.5)) == ("time", "the run reached its limit of 2.5 s")
    assert limit_before(limited(time=Decimal("2.50")), now=later(2.4)) is None


def test_what_steps_may_cost_is_reserved() -> None:
    """Two steps of ten cents don't fit into fifteen; one does, and what reserves nothing does too."""
    fifteen = limited(cost=Decimal("0.15"))
    both = decided(one_rule(agent='["ocr", "ocr"]'), fifteen)
    assert (both.limit, both.plan.reason) == ("cost", "the next steps may cost 0.2 USD, and 0.15 of 0.15 USD is left")
    assert both.plan.result == {}
    assert decided(one_rule(agent='"ocr"'), fifteen).limit is None
    assert decided(one_rule(agent='["ocr", "ocr"]', max_cost="0.05"), fifteen).limit is None


def test_an_excess_stops_dispatch_but_people_may_still_be_asked() -> None:
    """A question costs nothing."""
    history = after(limited(cost=Decimal(1)), one_rule(agent='"ask"'), {"cost": Decimal("1.5")})
    assert decided(one_rule(agent='"ask"'), history).limit == "cost"
    assert decided(one_rule(action='"escalate"'), history).limit is None


def test_the_same_route_for_other_facts_is_progress() -> None:
    """Only equal facts count, and the end is never refused."""
    ask = one_rule(agent='"ask"')
    history = limited(no_progress=2)
    for number in range(4):
        history = after(history, ask, {"output": {"answer": number}})
    assert decided(ask, history).limit is None
    for _ in range(2):
        history = after(history, ask, {"status": "failed"})
    stuck = decided(ask, history)
    assert (stuck.limit, stuck.plan.reason) == (
        "no_progress",
        "hop 6 repeats: ask → ask, for the same facts; 2 times is the limit",
    )
    assert limit_after(history, Plan(action="complete"), history.hops[-1].decision.fingerprint) is None


def test_known_facts_are_those_of_agents_and_of_the_application() -> None:
    """What `facts.` may be followed by."""
    assert CATALOGUE.known_facts() == {"text", "answer", "total", "verdict"}
    assert CATALOGUE.reporters("text") == ["ocr"]
