"""Runs of the past are decided as they were, for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.histories.record import SCENARIOS, recorded

from dmnroute.errors import OperatorError
from dmnroute.routing.stored_history import read_history

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.json"))

DIVERGING = {
    "another_threshold": {
        1: ['digest: recorded "0e7196b6bd0bb943", now "8654b80d6f0b5f54"'],
        2: [
            'digest: recorded "0e7196b6bd0bb943", now "8654b80d6f0b5f54"',
            "rules[1].rule: recorded 2, now 1",
            'rules[1].id: recorded "Quality_rule2", now "Quality_rule1"',
            "rules[2].rule: recorded 2, now 3",
            'rules[2].id: recorded "Route_rule2", now "Route_rule3"',
            'rules[2].annotation: recorded "Once more", now "Judge"',
            'plan.steps[1].agent: recorded "read_text", now "judge"',
            'plan.steps[1].type: recorded "agent.read_text", now "agent.judge"',
            "plan.steps[1].input.dpi: recorded 600, now null",
            "plan.steps[1].reserve: recorded 0.01, now 0.4",
            'plan.reason: recorded "read it sharper", now null',
            'fingerprint: recorded "b8a64e38d52b5065", now "e1c6632393b28066"',
        ],
        3: ['digest: recorded "0e7196b6bd0bb943", now "8654b80d6f0b5f54"'],
        4: [
            'digest: recorded "0e7196b6bd0bb943", now "8654b80d6f0b5f54"',
            "rules[1].rule: recorded 2, now 1",
            'rules[1].id: recorded "Quality_rule2", now "Quality_rule1"',
        ],
    },
}
"""File → hop → what differs."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_history_replays_to_itself(file: Path) -> None:
    """Every decision, bit for bit."""
    stored = read_history(file.read_bytes())
    assert [str(difference) for again in stored.replayed() for difference in again.differences] == []
    assert all(again.identical and again.same_route for again in stored.replayed())
    assert len(stored.replayed()) == len(stored.history.hops) > 0


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_history_is_written_as_it_was_read(file: Path) -> None:
    """Nothing is lost between file and records. (Records may have gained fields since the file was written.)"""
    stored = read_history(file.read_bytes())
    again = read_history(stored.to_text())
    assert (again.history, again.catalogue, again.to_text()) == (stored.history, stored.catalogue, stored.to_text())
    assert [policy.digest for policy in again.policies] == [policy.digest for policy in stored.policies]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_what_is_recorded_today_is_what_was_recorded_then(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same agents, tables and clock still make the same run, by the rules of the run's edition."""
    then = read_history((HERE / f"{name}.json").read_bytes())
    monkeypatch.setattr("dmnroute.router.router.EDITION", then.history.run.edition)
    now = await recorded(name)
    assert now.history == then.history
    assert now.to_text() == then.to_text()


@pytest.mark.parametrize("name", sorted(DIVERGING))
def test_a_history_of_another_policy_diverges(name: str) -> None:
    """In exactly these fields; what isn't touched by the change is the same."""
    stored = read_history((HERE / "must_diverge" / f"{name}.json").read_bytes())
    found = {again.recorded.hop: [str(each) for each in again.differences] for again in stored.replayed()}
    assert found == DIVERGING[name]
    assert [again.same_route for again in stored.replayed()] == [True, False, True, True]


FILE = (HERE / "a_child.json").read_text()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ("[]", ": input should be a valid dictionary or instance of _File"),
        (FILE.replace('"format": 1', '"format": 3'), "format: input should be 2"),
        (FILE.replace('"seed"', '"sead"', 1), "hops.0.decision.seed: field required"),
        (FILE.replace('"dispatch"', '"jump"', 1), None),
    ],
)
def test_what_is_no_history_is_named(text: str, reason: str | None) -> None:
    """With the place in the file."""
    with pytest.raises(OperatorError) as caught:
        read_history(text)
    assert caught.value.code == "bad_history"
    if reason is not None:
        assert str(caught.value) == f"this is no history of a run: {reason}"


def test_a_version_that_is_not_in_the_file_is_named() -> None:
    """It can't be replayed."""
    stored = read_history(FILE.replace('"version": 1\n   },\n   "outcomes"', '"version": 7\n   },\n   "outcomes"', 1))
    with pytest.raises(OperatorError, match="the file has no version 7 of policy `intake`"):
        stored.replayed()


def test_files_are_kept() -> None:
    """Each of these was recorded once; the list only grows."""
    assert {file.stem for file in FILES} >= {
        "a_budget_that_ends",
        "a_child",
        "a_fan_out_with_a_failure",
        "a_straight_route",
        "a_wait_and_a_signal",
        "input_that_arrives",
    }
