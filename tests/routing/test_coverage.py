"""Coverage: how much of what was to be done was done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.routing.deciding import CATALOGUE, after, decided, run, version
from tests.support.tables import by_hop

from dmnroute.routing.catalogue import AgentSpec, Catalogue
from dmnroute.routing.coverage import coverage_of, coverage_of_round
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.run import EDITION
from dmnroute.routing.records.step import Outcome
from dmnroute.routing.rounds import latest_round

FAILED: dict[str, Any] = {"status": "failed"}
OK: dict[str, Any] = {}


def tables(*hops: dict[str, str]) -> PolicyVersion:
    return version(by_hop(["agent", "action", "for_each", "wait"], hops))


def gone(policy: PolicyVersion, *hops: list[dict[str, Any]], edition: int = EDITION) -> History:
    """A run whose hops ended with these outcomes."""
    history = History(run(edition=edition))
    for outcomes in hops:
        history = after(history, policy, *outcomes)
    return history


@pytest.mark.parametrize(
    ("outcomes", "covered"),
    [
        ([OK, OK], "1"),
        ([OK, FAILED], "0.5"),
        ([OK], "0.5"),
        ([FAILED, {"status": "timeout"}], "0"),
        ([OK, {"coverage": "0.25"}], "0.625"),
        ([{"coverage": "0"}, {"status": "skipped"}], "0"),
    ],
    ids=["all", "half", "one to come", "none", "a child in parts", "an empty child"],
)
def test_it_is_the_share_of_the_branches_that_ended_ok(outcomes: list[dict[str, Any]], covered: str) -> None:
    """A child run counts as much as it has covered itself."""
    history = gone(tables({"agent": '"ocr"', "for_each": '["a", "b"]'}), outcomes)
    assert coverage_of(history) == coverage_of_round(latest_round(history)) == Decimal(covered)


def test_it_is_rounded_down_to_six_places() -> None:
    """So that 1 is all of them, and nothing else is."""
    history = gone(tables({"agent": '"ocr"', "for_each": "[1, 2, 3]"}), [OK, OK, FAILED])
    assert str(coverage_of(history)) == "0.666666"
    nearly = [{"coverage": "0.9999999"}, OK, OK]
    assert str(coverage_of(gone(tables({"agent": '"ocr"', "for_each": "[1, 2, 3]"}), nearly))) == "0.999999"


def test_a_branch_that_is_done_again_counts_as_it_ended_last() -> None:
    """It is known by its key, whoever does it; the hop by itself knows only its own."""
    again = tables(
        {"agent": '"ocr"', "for_each": '["a", "b"]'},
        {"agent": '"ask"', "for_each": '["b"]'},
    )
    history = gone(again, [OK, FAILED], [OK])
    assert coverage_of(history) == 1
    assert coverage_of(gone(again, [OK, OK], [FAILED])) == Decimal("0.5")
    assert coverage_of_round(latest_round(history)) == 1


def test_steps_without_branches_count_by_their_agent() -> None:
    """One that failed first, and went well later, is covered."""
    twice = tables({"agent": '"ocr"'}, {"agent": '"ocr"'}, {"agent": '"ask"'})
    assert coverage_of(gone(twice, [FAILED], [OK])) == 1
    assert coverage_of(gone(twice, [FAILED], [OK], [FAILED])) == Decimal("0.5")


def test_where_nothing_was_sent_there_is_none() -> None:
    """Neither of a run that only waits, nor of one that hasn't begun, nor of one by the rules of edition 1."""
    assert coverage_of(gone(tables({"action": '"wait"', "wait": "1"}), [])) is None
    assert coverage_of(History(run(edition=EDITION))) is coverage_of_round(None) is None
    assert coverage_of(gone(tables({"agent": '"ocr"'}), [OK], edition=1)) is None
    waiting = gone(tables({"agent": '"ocr"'}, {"action": '"wait"', "wait": "1"}), [OK], [])
    assert (coverage_of(waiting), coverage_of_round(latest_round(waiting))) == (1, None)


def test_a_step_that_its_guards_hold_back_is_not_covered_yet() -> None:
    """What wasn't sent hasn't gone well, whatever its guard says."""
    guard = AgentSpec("guard", fields=frozenset(), required=frozenset(), outputs=frozenset({"verdict"}))
    both = Catalogue({**CATALOGUE.agents, "guard": guard})
    policy = version(by_hop(["agent", "before"], [{"agent": '"ocr"', "before": '"guard"'}]))
    history = History(run(edition=EDITION))
    covered = []
    for output in ({"verdict": "allow"}, {"text": "a"}):
        decision = decided(policy, history, catalogue=both)
        (step,) = decision.plan.steps
        outcome = Outcome(step=step.id, agent=step.agent, status="ok", output=output)
        history = history.with_decision(decision).with_outcomes([outcome])
        covered.append(coverage_of(history))
    assert covered == [0, 1]
