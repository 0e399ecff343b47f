"""How outputs become facts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.routing.deciding import after, decided, one_rule, run

from dmnroute.errors import RouteError
from dmnroute.routing.context import facts_of
from dmnroute.routing.history import History, Hop
from dmnroute.routing.merge import MERGE_RULES, MergeRule, merge


def merged(rule: MergeRule, *values: Any) -> Any:
    facts: dict[str, Any] = {}
    for value in values:
        merge(facts, {"x": value}, {"x": rule})
    return facts.get("x")


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        ("latest", [1, 2], 2),
        ("append", [1, [2, 3], 1], [1, 2, 3, 1]),
        ("union", [[1, 2], 2, [{"a": 1}, {"a": 1}]], [1, 2, {"a": 1}]),
        ("sum", [1, Decimal("0.5")], Decimal("1.5")),
        ("min", [3, 1, 2], 1),
        ("max", [3, 1, 4], 4),
        ("min", ["2026-02-01", "2026-01-01"], "2026-01-01"),
    ],
)
def test_each_rule(rule: MergeRule, values: list[Any], expected: Any) -> None:
    """In the order of the steps."""
    assert merged(rule, *values) == expected


@pytest.mark.parametrize("rule", MERGE_RULES)
def test_null_is_no_news(rule: MergeRule) -> None:
    """It never replaces a fact, and makes none."""
    assert merged(rule, 1, None) == merged(rule, 1)
    assert merged(rule, None) is None


@pytest.mark.parametrize(
    ("rule", "values", "message"),
    [
        ("sum", [1, "x"], 'fact `x` merges by `sum`, and the text `"x"` can\'t be merged with `1`'),
        ("sum", ["x"], 'fact `x` merges by `sum`, and the text `"x"` can\'t be merged with null'),
        ("min", [1, "x"], 'fact `x` merges by `min`, and the text `"x"` can\'t be merged with `1`'),
        ("max", [[1]], "fact `x` merges by `max`, and a list of 1 can't be merged with null"),
        ("max", [True], "fact `x` merges by `max`, and the boolean `true` can't be merged with null"),
    ],
)
def test_values_that_do_not_fit_the_rule_are_named(rule: MergeRule, values: list[Any], message: str) -> None:
    """The run stops, and keeps its state."""
    with pytest.raises(RouteError) as caught:
        merged(rule, *values)
    assert str(caught.value) == (
        f"{message}\nhint: agents must report numbers for `sum`, numbers or texts of one kind for `min` and `max`"
    )
    assert caught.value.code == "merge"


def test_only_ok_outcomes_become_facts() -> None:
    """What a failed step found doesn't count."""
    history = after(
        History(run()),
        one_rule(agent='["ocr", "ask"]'),
        {"output": {"text": "a"}},
        {"status": "failed", "output": {"answer": 1}},
    )
    assert facts_of(history) == {"text": "a"}


@given(st.permutations(range(4)), st.lists(st.sampled_from(["ok", "failed", "timeout"]), min_size=4, max_size=4))
def test_the_order_of_arrival_never_changes_facts_or_the_next_decision(order: list[int], statuses: list[str]) -> None:
    """Facts, `last`, `steps` and what follows are by index."""
    policy = one_rule(agent='["ask", "ask", "ocr", "ask"]')
    first = after(History(run(merge={"total": "append"})), policy)
    steps = first.hops[0].decision.plan.steps
    outcomes = {
        step.id: {"agent": step.agent, "status": status, "output": {"total": n, "answer": n}}
        for n, (step, status) in enumerate(zip(steps, statuses, strict=True))
    }
    sorted_ = after(History(run(merge={"total": "append"})), policy, *outcomes.values())
    hop = sorted_.hops[0]
    shuffled = {steps[index].id: hop.outcomes[steps[index].id] for index in order}
    arrived = History(sorted_.run, (Hop(hop.decision, shuffled),))
    assert facts_of(arrived) == facts_of(sorted_)
    assert decided(policy, arrived, at=1) == decided(policy, sorted_, at=1)
