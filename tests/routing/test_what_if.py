"""What another threshold would have changed."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.routing.deciding import CATALOGUE, after, decided, run, version
from tests.support.tables import model, table

from dmnroute.dmn.edit import with_cell
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.thresholds import shifts
from dmnroute.routing.what_if import Search, WhatIf, first_divergence, most_telling

POLICY = version(
    model(
        table(
            "Route",
            ["last.status", "Grade", "last.confidence"],
            ["agent", "action", "group"],
            [
                ['"start"', "-", "-", '"ocr"', "null", "null"],
                ["-", '"bad"', "-", "null", '"escalate"', '"desk"'],
                ["-", "-", "[0.7..0.9)", '"ask"', "null", "null"],
                ["-", "-", "-", "null", '"complete"', "null"],
            ],
            requires=["Grade"],
        ),
        table("Grade", ["last.confidence"], ["grade"], [["< 0.50", '"bad"'], ["-", '"good"']]),
    )
)


def _history(name: str, *confidences: str, policy: PolicyVersion = POLICY) -> History:
    """A run whose steps were as sure as this, one after the other, until it came to rest."""
    history = History(run(id=name))
    for confidence in confidences:
        decision = decided(policy, history)
        if decision.plan.action != "dispatch":
            return history.with_decision(decision)
        history = after(history, policy, {"confidence": Decimal(confidence), "output": {"text": confidence}})
    return history.with_decision(decided(policy, history))


def test_the_shift_that_sends_most_runs_another_way_is_found() -> None:
    """Three of four runs lie between 0.50 and 0.60: with a higher bar they go to the desk."""
    histories = [_history("a", "0.56"), _history("b", "0.59"), _history("c", "0.58"), _history("d", "0.95")]
    found = most_telling(histories, POLICY, CATALOGUE)
    assert found is not None
    assert (found.shift.decision, found.shift.rule, found.shift.old, found.shift.new) == (
        "Grade",
        1,
        "< 0.50",
        "< 0.60",
    )
    assert found.rerouted == ("a", "b", "c")
    assert found.of == 4


def test_a_shift_that_changes_every_run_tells_nothing() -> None:
    """Most, but not all: with all runs alike there is nothing to say."""
    assert most_telling([_history("a", "0.61"), _history("b", "0.61")], POLICY, CATALOGUE) is None


def test_without_runs_there_is_nothing_to_say() -> None:
    """No run, no finding."""
    assert most_telling([], POLICY, CATALOGUE) is None


def test_runs_of_another_version_are_left_out() -> None:
    """What a run did under other tables says nothing about these."""
    other = _changed("Grade", 1, "last.confidence", "< 0.20")
    histories = [_history("a", "0.56"), _history("b", "0.95"), _history("c", "0.58", policy=other)]
    found = most_telling(histories, POLICY, CATALOGUE)
    assert found is not None
    assert (found.rerouted, found.of) == (("a",), 2)


def test_a_policy_that_may_not_be_used_is_passed_over() -> None:
    """The next best is told instead."""
    histories = [_history("a", "0.56"), _history("b", "0.61"), _history("c", "0.95")]
    search = Search(POLICY, CATALOGUE)
    for history in histories:
        search.look(history)
    for trial in search.trials():
        for name in trial.hops:
            trial.decide(next(history for history in histories if history.run.id == name))
        trial.accepted = len(trial.rerouted) < 2
    assert search.best is not None
    assert len(search.best.rerouted) == 1


def test_the_first_divergence_is_the_hop_at_which_the_ways_part() -> None:
    """Hop 1 is the same start; hop 2 would go to the desk."""
    stricter = _changed("Grade", 1, "last.confidence", "< 0.65")
    assert first_divergence(_history("a", "0.61"), stricter, CATALOGUE) == 2
    assert first_divergence(_history("a", "0.95"), stricter, CATALOGUE) is None


def test_a_decision_that_the_other_policy_cannot_take_is_another_way() -> None:
    """An error stops the run: that is no way it went."""
    broken = _changed("Route", 4, "action", "null")
    assert first_divergence(_history("a", "0.95"), broken, CATALOGUE) == 2


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.decimals(0, 1, places=2), min_size=1, max_size=3), min_size=1, max_size=5))
def test_nothing_is_missed_by_looking_only_where_a_value_lies_between(confidences: list[list[Decimal]]) -> None:
    """The search finds what trying every shift on every decision finds."""
    histories = [_history(f"r{n}", *map(str, each)) for n, each in enumerate(confidences)]
    assert most_telling(histories, POLICY, CATALOGUE) == _by_trying_everything(histories)


def _by_trying_everything(histories: list[History]) -> WhatIf | None:
    best: tuple[tuple[int, int, int], WhatIf] | None = None
    for order, shift in enumerate(shifts(POLICY.model)):
        changed = _changed(shift.decision, shift.rule, shift.column, shift.new)
        gone = tuple(h.run.id for h in histories if first_divergence(h, changed, CATALOGUE) is not None)
        merit = (len(gone), -abs(shift.steps), -order)
        if 0 < len(gone) < len(histories) and (best is None or merit > best[0]):
            best = merit, WhatIf(shift, gone, len(histories))
    return best[1] if best else None


@cache
def _changed(decision: str, rule: int, column: str, text: str) -> PolicyVersion:
    changed = with_cell(POLICY.model, decision, rule=rule, column=column, text=text)
    return version(changed.source.decode(), number=2)
