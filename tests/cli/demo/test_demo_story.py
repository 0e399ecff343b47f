"""How hops become words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.routing.deciding import START, after, decided, one_rule, run, version
from tests.support.tables import route

from dmnroute.cli.demo.events import EndTold, HopTold
from dmnroute.cli.demo.story import Narrator, because, destination
from dmnroute.router.turn import Turn
from dmnroute.routing.history import History
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.records.run import Limits, Stop
from dmnroute.routing.records.step import PlannedStep

POLICY = version(
    route(
        ["last.status"],
        ["agent", "action", "result", "reason"],
        [
            ['"start"', '["ocr", "ocr"]', "null", "null", "null", "begin"],
            ["-", "null", '"complete"', '{status: "accepted"}', '"sure enough"', "the end"],
        ],
    )
)


def _finished() -> History:
    history = History(run())
    history = after(
        history,
        POLICY,
        {"confidence": Decimal("0.9"), "cost": Decimal("0.1"), "output": {"text": "a"}},
        {"confidence": Decimal("0.4"), "cost": Decimal("0.2"), "output": {"text": "b"}},
    )
    return history.with_decision(decided(POLICY, history))


def _narrator() -> Narrator:
    return Narrator({"r": "scan.pdf"})


def test_a_hop_is_told_with_rule_because_confidence_and_cost() -> None:
    """The lowest confidence led here; the costs of a hop are told with the next one, for the rule that caused them."""
    first, second, end = _narrator().tell("r", Turn(_finished(), "completed"), at=1.0)
    assert isinstance(first, HopTold)
    assert isinstance(second, HopTold)
    assert (first.to, first.rules, first.because, first.confidence, first.cost) == ("ocr ×2", (1,), "begin", None, 0)
    assert (second.to, second.rules, second.because) == ("completed: accepted", (2,), "sure enough")
    assert (second.confidence, second.cost) == (Decimal("0.4"), Decimal("0.3"))
    assert second.paid == ((1, Decimal("0.3")),)
    assert isinstance(end, EndTold)
    assert (end.kind, end.words, end.cost, end.paid) == ("completed", "completed: accepted", Decimal("0.3"), ())


def test_nothing_is_told_twice() -> None:
    """However often a run is looked at."""
    narrator, history = _narrator(), _finished()
    before = History(history.run, history.hops[:1])
    assert len(list(narrator.tell("r", Turn(before, "running"), at=1.0))) == 1
    assert [type(event) for event in narrator.tell("r", Turn(history, "completed"), at=2.0)] == [HopTold, EndTold]
    assert list(narrator.tell("r", Turn(history, "completed"), at=3.0)) == []


def test_a_stop_tells_its_whole_message_and_what_the_last_hop_cost() -> None:
    """The hop that stopped has no decision to tell."""
    history = History(run(), _finished().hops[:1])
    stop = Stop(code="no_match", message="no rule matched\nintake.dmn", policy="p", hop=2, at=START)
    *_, end = _narrator().tell("r", Turn(history, "stopped", stop=stop), at=1.0)
    assert isinstance(end, EndTold)
    assert (end.kind, end.words, end.error) == ("stopped", "stopped: no_match", "no rule matched\nintake.dmn")
    assert end.paid == ((1, Decimal("0.3")),)


def test_a_run_that_was_told_as_ended_and_goes_on_is_told_on() -> None:
    """Somebody answered it meanwhile."""
    narrator, history = _narrator(), _finished()
    escalated = History(history.run, history.hops[:1])
    list(narrator.tell("r", Turn(escalated, "escalated"), at=1.0, earlier=True))
    assert narrator.has_ended("r")
    assert [type(event) for event in narrator.tell("r", Turn(history, "completed"), at=2.0)] == [HopTold, EndTold]


def test_child_runs_show_as_the_step_of_their_parent() -> None:
    """Only documents are told."""
    assert list(_narrator().tell("other/1.1", Turn(_finished(), "completed"), at=1.0)) == []


def test_a_hard_limit_has_no_rule() -> None:
    """The tables didn't decide it; its reason says which limit."""
    history = History(run(limits=Limits(hops=1)), _finished().hops[:1])
    decision = decided(POLICY, history)
    told = list(_narrator().tell("r", Turn(history.with_decision(decision), "failed"), at=1.0))
    assert isinstance(told[1], HopTold)
    assert (told[1].to, told[1].rules, told[1].because) == ("failed", (), "the run reached its limit of 1 hops")


def test_without_a_reason_the_words_beside_the_rule_are_the_because() -> None:
    """An analyst's own words."""
    assert because(decided(POLICY)) == "begin"
    assert because(decided(one_rule(agent='"ocr"'))) == ""


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"action": "wait", "wait": Decimal(5)}, "wait 5 s"),
        ({"action": "wait", "signal": "paid"}, "wait for paid"),
        ({"action": "escalate", "group": "desk"}, "escalated to desk"),
        ({"action": "escalate"}, "escalated"),
        ({"action": "complete", "result": {"text": "a"}}, "completed"),
        ({"action": "complete", "result": {"status": "quarantined"}}, "completed: quarantined"),
        ({"action": "fail", "result": {"status": "re\x1b[2Jjected"}}, "failed: re·[2Jjected"),
        ({"action": "dispatch"}, "no step"),
        (
            {
                "action": "dispatch",
                "steps": tuple(PlannedStep(id=f"r/1.{n}", run="r", agent=a, type=a) for n, a in enumerate("aba")),
            },
            "a ×2, b",
        ),
    ],
)
def test_destinations_in_words(plan: dict[str, Any], words: str) -> None:
    """Where a document goes; a result that names what became of it says so."""
    assert destination(Plan(**plan)) == words
