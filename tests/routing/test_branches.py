"""Branches of a fan-out: their keys, their shares of what is left, and how their outputs are collected."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.routing.deciding import CATALOGUE, after, decided, later, one_rule, planned, refused, run, version
from tests.support.tables import by_hop, route

from dmnroute.dmn import load
from dmnroute.errors import RouteError
from dmnroute.routing.allowances import allowances, portion, whole_parts
from dmnroute.routing.catalogue import AgentSpec, Catalogue
from dmnroute.routing.checks import check_policy
from dmnroute.routing.context import build_context, facts_of
from dmnroute.routing.forks import redrive
from dmnroute.routing.history import History
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.run import EDITION, Limits
from dmnroute.routing.records.step import Outcome

COUNT = AgentSpec(
    "count",
    fields=frozenset({"item", "items"}),
    required=frozenset(),
    outputs=frozenset({"number", "word", "found", "thing"}),
    output_kinds={"number": "number", "word": "text", "found": "list"},
)
BOTH = Catalogue({**CATALOGUE.agents, "count": COUNT})


def fresh(**limits: Any) -> History:
    """A run as it starts today."""
    return History(run(edition=EDITION, limits=Limits(**limits)))


def keys(**cells: str) -> list[str | None]:
    """Those of the steps that one rule makes."""
    return [step.branch for step in planned(fresh(), **cells).steps]


@pytest.mark.parametrize(
    ("for_each", "expected"),
    [
        ('["ann", "bob"]', ["ann", "bob"]),
        ("[7, 3]", ["7", "3"]),
        ('[{id: "x", n: 1}, {id: "y", n: 1}]', ["x", "y"]),
        ("[{key: 1, id: 5}, {key: 2, id: 5}]", ["1", "2"]),
        ('["ann", "ann"]', ["1", "2"]),
        ('[{id: "x"}, {n: 1}]', ["1", "2"]),
        ("[[1], [2]]", ["1", "2"]),
        ("[0.5, 1.5]", ["1", "2"]),
        ('["ann"]', ["ann"]),
    ],
)
def test_elements_name_their_branch(for_each: str, expected: list[str]) -> None:
    """By themselves, their `key`, their `id`; where that doesn't tell them apart, by their index."""
    assert keys(agent='"ocr"', for_each=for_each) == expected


def test_batches_are_named_by_their_index() -> None:
    """Their elements have no name together."""
    assert keys(agent='"ocr"', for_each='["a", "b", "c"]', batch="2") == ["1", "2"]


def test_the_column_names_branches() -> None:
    """One key for each element, in their order; a row without `for_each` has one."""
    assert keys(agent='"ocr"', for_each='[{n: "x"}, {n: "y"}]', branch='[{n: "x"}, {n: "y"}].n') == ["x", "y"]
    assert keys(agent='"ocr"', branch='"first"') == ["first"]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"branch": '["a"]'}, "as many keys as there are branches (2), not a list of 1"),
        (
            {"branch": '["a", "a"]'},
            "a key or a list of keys that differ: texts of up to 100 characters, or whole numbers, not a list of 2",
        ),
        (
            {"branch": "0.5"},
            "a key or a list of keys that differ: texts of up to 100 characters, or whole numbers, not `0.5`",
        ),
        ({"share": "0"}, "a share of the budget that is left, more than 0 and at most 1, not `0`"),
        ({"share": "1.5"}, "a share of the budget that is left, more than 0 and at most 1, not `1.5`"),
    ],
)
def test_what_is_no_key_or_share_is_named(cells: dict[str, str], problem: str) -> None:
    """With what was expected."""
    [column] = cells
    assert refused(fresh(), agent='"ocr"', for_each="[1, 2]", **cells).splitlines()[0] == (
        f"wrong_type: column `{column}` must be {problem}"
    )


def test_agents_that_share_elements_go_before_the_key() -> None:
    """No two steps of a hop have the same branch; one that is alone has none."""
    assert keys(agent='["ocr", "ask"]', for_each="[1, 2]") == ["ocr/1", "ocr/2", "ask/1", "ask/2"]
    assert keys(agent='["ocr", "ask"]') == ["ocr", "ask"]
    assert keys(agent='["ocr", "ocr"]') == ["1", "2"]
    assert keys(agent='"ocr"') == [None]
    assert keys(agent='"ocr"', for_each="[]") == []


def test_runs_of_before_have_no_branches() -> None:
    """They are planned as they were, for ever."""
    assert [step.branch for step in planned(History(run()), agent='"ocr"', for_each="[1, 2]").steps] == [None, None]


def test_tables_see_the_branch_of_an_outcome() -> None:
    """A worker needn't know it."""
    history = after(fresh(), one_rule(agent='"ocr"', for_each='["a", "b"]'), {}, {"status": "failed"})
    end = hop_end(history, now=later(0))
    assert end is not None
    context = build_context(history, end, now=later(0))
    assert [outcome["branch"] for outcome in context["last"]["outcomes"]] == ["a", "b"]
    assert context["steps"]["ocr"]["branch"] == "b"


def test_a_branch_keeps_its_key_over_retries_and_redrives() -> None:
    """It is the same work, whoever does it, and however often."""
    tables = version(
        by_hop(["agent", "for_each", "retries"], [{"agent": '"ocr"', "for_each": '["a", "b"]', "retries": "1"}])
    )
    error = {"kind": "rate_limited", "message": "", "retryable": True}
    history = after(fresh(), tables, {}, {"status": "failed", "foreign": True, "error": error})
    waiting = history.with_decision(decided(tables, history))
    retry = decided(tables, waiting, at=2).plan.steps
    assert [step.branch for step in retry] == ["b"]
    origin = redrive(history)
    assert origin is not None
    fork = history.forked(history.run.model_copy(update={"id": "f", "origin": origin}))
    again = decided(tables, fork).plan.steps
    assert [(step.id, step.branch, step.done) for step in again] == [("f/2.1", "a", "r/1.1"), ("f/2.2", "b", None)]


# shares


def test_a_branch_gets_its_share_of_what_is_left() -> None:
    """Of money and tokens; the others have equal parts of the rest. An agent never gets more than its row says."""
    steps = planned(fresh(cost=Decimal(2), tokens=100), agent='"ocr"', for_each="[1, 2]", share="0.25").steps
    assert [(step.max_cost, step.max_tokens, step.share) for step in steps] == [
        (Decimal("0.5"), 25, Decimal("0.25"))
    ] * 2
    rules = [["-", '"ocr"', "0.5", "null"], ["-", '"ask"', "null", "null"], ["-", '"ask"', "0.25", "0.1"]]
    policy = version(route(["run.hop"], ["agent", "share", "max_cost"], rules, hit_policy="COLLECT"))
    mixed = decided(policy, fresh(cost=Decimal(2), tokens=100)).plan.steps
    assert [(step.max_cost, step.max_tokens) for step in mixed] == [(1, 50), (Decimal("0.9"), 25), (Decimal("0.1"), 25)]


def test_a_child_run_gets_its_share_of_the_calls() -> None:
    """An agent is one call, whatever its share."""
    (child,) = planned(fresh(calls=10, cost=Decimal(1)), agent='"run:kid"', share="0.5").steps
    assert (child.max_calls, child.max_cost, child.reserve) == (5, Decimal("0.5"), Decimal("0.5"))
    (agent,) = planned(fresh(calls=10), agent='"ocr"', share="0.5").steps
    assert (agent.max_calls, agent.max_cost) == (None, None)


def test_shares_that_are_too_much_together_become_equal_parts() -> None:
    """Nobody gets more than that."""
    steps = planned(fresh(cost=Decimal(1)), agent='"ocr"', for_each="[1, 2, 3, 4]", share="0.5").steps
    assert [step.max_cost for step in steps] == [Decimal("0.25")] * 4


SHARES = st.lists(st.none() | st.decimals(min_value="0.000001", max_value=1, places=6), min_size=1, max_size=30)
MONEY = st.decimals(min_value=0, max_value=10**9, places=12)


@given(SHARES, MONEY, st.integers(0, 10**12))
def test_shares_never_exceed_what_is_left(shares: list[Decimal | None], left: Decimal, tokens: int) -> None:
    """Exactly: not even by a rounding in the last digit."""
    parts = allowances([portion(share, left) for share in shares], left, edition=EDITION)
    assert sum((Fraction(part) for part in parts if part is not None), Fraction(0)) <= Fraction(left)
    assert all(part is not None and part >= 0 for part in parts)
    assert sum(part for part in whole_parts(shares, tokens) if part is not None) <= tokens


@given(st.lists(st.none() | MONEY, min_size=1, max_size=30), MONEY)
def test_named_costs_never_exceed_what_is_left(said: list[Decimal | None], left: Decimal) -> None:
    """What a row says is the most that its step gets."""
    parts = allowances(said, left, edition=EDITION)
    assert sum((Fraction(part) for part in parts if part is not None), Fraction(0)) <= Fraction(left)
    assert all(part is not None and (cost is None or part <= cost) for part, cost in zip(parts, said, strict=True))


# collected outputs


def collected(collect: str, *outputs: dict[str, Any] | None, for_each: str = '["a", "b", "c"]') -> dict[str, Any]:
    """The facts after a hop whose steps gave this, in their order; null is a failure."""
    policy = one_rule(agent='"count"', for_each=for_each, collect=collect)
    arrived = [{"output": output} if output is not None else {"status": "failed"} for output in outputs]
    decision = decided(policy, fresh(), catalogue=BOTH)
    steps = decision.plan.steps
    found = [
        Outcome(**{"step": step.id, "agent": "count", "status": "ok"} | given)
        for step, given in zip(steps, arrived, strict=False)
    ]
    return facts_of(fresh().with_decision(decision).with_outcomes(reversed(found)))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("list", [3, 1, 3]),
        ("map", {"a": 3, "b": 1, "c": 3}),
        ("append", [3, 1, 3]),
        ("union", [3, 1]),
        ("sum", 7),
        ("min", 1),
        ("max", 3),
    ],
)
def test_outputs_are_collected(rule: str, expected: Any) -> None:
    """By branch index, never by arrival."""
    outputs = {"number": 3}, {"number": 1}, {"number": 3}
    assert collected(f'{{number: "{rule}"}}', *outputs) == {"number": expected}
    if rule in ("list", "map", "append", "union"):
        assert collected(f'"{rule}"', *outputs) == {"number": expected}


def test_only_what_went_well_is_collected_and_null_is_no_news() -> None:
    """A map says whose is missing."""
    assert collected('{number: "map"}', {"number": 1}, None, {"number": None}) == {"number": {"a": 1}}
    assert collected('{number: "list"}', None, None) == {}


def test_a_list_keeps_lists_and_append_does_not() -> None:
    """One entry for each branch, or all of their elements."""
    outputs = {"found": [1, 2]}, {"found": []}, {"found": [3]}
    assert collected('{found: "list"}', *outputs) == {"found": [[1, 2], [], [3]]}
    assert collected('{found: "append"}', *outputs) == {"found": [1, 2, 3]}


def test_fields_without_a_rule_merge_as_facts_do() -> None:
    """The latest of them is the fact."""
    outputs = {"number": 1, "word": "x"}, {"number": 2, "word": "y"}
    assert collected('{number: "sum"}', *outputs) == {"number": 3, "word": "y"}


def test_what_a_hop_collects_takes_the_place_of_the_fact_of_before() -> None:
    """It is what this hop has found."""
    tables = version(
        by_hop(
            ["agent", "for_each", "collect"],
            [{"agent": '"ask"', "for_each": "[1, 2]", "collect": '{total: "sum"}'}] * 2,
        )
    )
    history = after(fresh(), tables, {"output": {"total": 1}}, {"output": {"total": 2}})
    history = after(history, tables, {"output": {"total": 10}}, {"output": {"total": 20}})
    assert facts_of(history) == {"total": 30}


@pytest.mark.parametrize(
    ("collect", "message"),
    [
        (
            '"lost"',
            "wrong_type: column `collect` must be one of list, map, append, union, sum, min, max,"
            ' or a context of these by field; did you mean `list`?, not the text `"lost"`',
        ),
        ('{numbr: "sum"}', "collect: `numbr` is no output field of `count`; did you mean `number`?"),
        ('{word: "sum"}', "collect: `sum` takes a number, and `word` of agent `count` is a text"),
        ('{found: "max"}', "collect: `max` takes a number or a text, and `found` of agent `count` is a list"),
        ('"sum"', "collect: `sum` takes a number, and `found` of agent `count` is a list"),
    ],
)
def test_what_cannot_be_collected_is_named_before_anybody_is_sent(collect: str, message: str) -> None:
    """As far as the agents' types are known."""
    with pytest.raises(RouteError) as caught:
        decided(one_rule(agent='"count"', for_each="[1]", collect=collect), fresh(), catalogue=BOTH)
    assert f"{caught.value.code}: {caught.value.message}" == message


def test_values_that_do_not_go_together_are_named() -> None:
    """Where no type said so before."""
    with pytest.raises(RouteError, match="fact `thing` is collected by `sum`, and the text"):
        collected('{thing: "sum"}', {"thing": 1}, {"thing": "x"})


def test_child_runs_may_give_anything() -> None:
    """What their tables return isn't known before."""
    plan = planned(fresh(), agent='"run:kid"', for_each='["a"]', collect='{anything: "map"}')
    assert plan.collect == {"anything": "map"}


def test_a_check_finds_what_cannot_be_collected() -> None:
    """Where the cell says it literally: each with its place."""
    cells = [['"a"', '"count"', '{word: "sum"}'], ['"b"', '"count"', '"lits"'], ["-", '"count"', "run.input.collect"]]
    found = check_policy(load(route(["facts.word"], ["agent", "collect"], cells).encode(), name="p.dmn"), BOTH)
    assert [(finding.code, finding.message) for finding in found] == [
        ("collect", "`sum` takes a number, and `word` of agent `count` is a text"),
        (
            "wrong_word",
            "column `collect` must be one of list, map, append, union, sum, min, max,"
            ' or a context of these by field; did you mean `list`?, not the text `"lits"`',
        ),
    ]
    assert found[0].place.rule == 1
    assert found[0].place.column == "output collect"
