"""When a fan-out has enough, whatever the order in which its outcomes arrive."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.routing.deciding import CATALOGUE, after, decided, later, one_rule, planned, refused, run, version
from tests.support.tables import route

from dmnroute.routing.checks import check_policy
from dmnroute.routing.history import History
from dmnroute.routing.join import FAILURES, JoinEnd, join_end
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.hop import JoinCondition, Plan
from dmnroute.routing.records.step import Outcome, PlannedStep

STATUSES = ("ok", "failed", "timeout", "cancelled", "skipped")
ENOUGH = 'count(outcomes[status = "ok" and confidence > 0.8]) >= 2'


def plan_of(width: int, **fields: object) -> Plan:
    steps = tuple(PlannedStep(id=f"r/1.{n}", run="r", agent="a", type="agent.a") for n in range(1, width + 1))
    return Plan(action="dispatch", steps=steps, **fields)  # type: ignore[arg-type]  # the fields of a join


def outcome(number: int, status: str, confidence: str | None = None) -> Outcome:
    said = None if confidence is None else Decimal(confidence)
    return Outcome(step=f"r/1.{number}", agent="a", status=status, confidence=said)  # type: ignore[arg-type]  # drawn


def told(plan: Plan, arrivals: list[Outcome]) -> tuple[int, JoinEnd]:
    """After how many arrivals a hop ends, and how: the outcomes are always looked at by step index."""
    for number in range(len(arrivals) + 1):
        so_far = sorted(arrivals[:number], key=lambda each: each.step)
        end = join_end(plan, so_far)
        if end is not None:
            return number, end
    raise AssertionError("the hop never ended")


joins = st.one_of(
    st.just({}),
    st.builds(lambda n: {"join": n}, st.integers(1, 7)),
    st.builds(lambda t: {"tolerate": t}, st.integers(0, 6)),
    st.builds(lambda n, t: {"join": n, "tolerate": t}, st.integers(1, 7), st.integers(0, 6)),
)


@given(st.lists(st.sampled_from(STATUSES), max_size=6), joins, st.randoms(use_true_random=False))
def test_a_join_without_tolerance_is_met_in_every_order_or_in_none(statuses: list[str], join: dict, order) -> None:  # type: ignore[no-untyped-def, type-arg]  # drawn
    """Counts of ok outcomes don't depend on who came first, and what is over stays over."""
    plan = plan_of(len(statuses), **join)
    outcomes = [outcome(n, status) for n, status in enumerate(statuses, 1)]
    shuffled = list(outcomes)
    order.shuffle(shuffled)
    if "tolerate" not in join or "join" not in join:
        assert told(plan, outcomes)[1].met == told(plan, shuffled)[1].met
    number, end = told(plan, shuffled)
    for more in range(number, len(shuffled) + 1):
        later_end = join_end(plan, sorted(shuffled[:more], key=lambda each: each.step))
        assert later_end is not None, "a hop that is over must not go on"
        assert later_end.met or not end.met, "a join that was met stays met"


@given(st.lists(st.sampled_from(STATUSES), max_size=6), st.integers(0, 6), joins)
def test_a_join_agrees_with_a_naive_count(statuses: list[str], still_open: int, join: dict) -> None:  # type: ignore[type-arg]  # drawn
    """Enough are ok; or all have ended; or too many failed; or too few are left."""
    width = len(statuses) + still_open
    ok, failed = statuses.count("ok"), sum(status in FAILURES for status in statuses)
    needed, tolerated = join.get("join"), join.get("tolerate")
    over = still_open == 0 or (needed is not None and ok >= needed)
    over = over or (tolerated is not None and failed > tolerated)
    over = over or (needed is not None and needed <= width and ok + still_open < needed)
    end = join_end(plan_of(width, **join), [outcome(n, status) for n, status in enumerate(statuses, 1)])
    assert (end is not None) == over


CONDITIONS = st.sampled_from(
    [
        ENOUGH,
        'count(outcomes[status = "ok"]) * 2 > width',
        'some o in outcomes satisfies o.status = "ok" and o.confidence >= 0.9',
        "sum(outcomes[confidence != null].confidence) >= 1.5",
    ]
)
"""Conditions that more outcomes can only make true."""


@given(
    CONDITIONS,
    st.lists(
        st.tuples(st.sampled_from(["ok", "failed"]), st.sampled_from([None, "0.5", "0.85", "0.95"])),
        min_size=1,
        max_size=4,
    ),
)
def test_a_condition_that_only_grows_is_met_in_every_order_or_in_none(
    condition: str, drawn: list[tuple[str, str | None]]
) -> None:
    """All orders of arrival lead to the same verdict; a hop ends once."""
    plan = plan_of(len(drawn), condition=JoinCondition(text=condition))
    outcomes = [outcome(n, status, confidence) for n, (status, confidence) in enumerate(drawn, 1)]
    assert len({told(plan, list(order))[1].met for order in permutations(outcomes)}) == 1


@pytest.mark.parametrize(
    ("join", "tolerate", "expected"),
    [
        ("null", "null", (None, None)),
        ('"all"', "null", (None, None)),
        ('"all"', "1", (None, 1)),
        ('"all"', "0.5", (None, 1)),
        ('"all"', "0.1", (None, 0)),
        ('"all-done"', "null", (None, 3)),
        ('"any"', "2", (1, 2)),
        ('"majority"', "null", (2, None)),
        ("2", "0", (2, 0)),
        ("7", "null", (7, None)),
    ],
)
def test_a_join_is_recorded_as_numbers(join: str, tolerate: str, expected: tuple[int | None, int | None]) -> None:
    """Of three steps: ok outcomes that are needed, failures that are tolerated."""
    plan = planned(agent='["ask", "ask", "ask"]', join=join, tolerate=tolerate)
    assert (plan.join, plan.tolerate) == expected


@pytest.mark.parametrize(
    ("join", "statuses", "met"),
    [
        ("null", ["ok", "ok", "ok"], True),
        ("null", ["ok", "failed", "ok"], False),
        ('"all-done"', ["ok", "failed", "timeout"], True),
        ('"any"', ["failed", "ok", "failed"], True),
        ('"any"', ["failed", "failed", "failed"], False),
        ("7", ["ok", "ok", "ok"], False),
    ],
)
def test_whether_a_hop_got_what_it_was_waiting_for(join: str, statuses: list[str], met: bool) -> None:
    """`last.joined` says it, apart from `last.status`."""
    outcomes = [{"status": status} for status in statuses]
    history = after(History(run()), one_rule(agent='["ask", "ask", "ask"]', join=join), *outcomes)
    said = decided(one_rule(action='"complete"', result="{joined: last.joined}"), history)
    assert said.plan.result == {"joined": met}


def test_a_hop_that_cannot_get_enough_any_more_is_over() -> None:
    """Two of three are needed, and two have failed: nobody waits for the third."""
    policy = one_rule(agent='["ask", "ask", "ask"]', join="2")
    history = after(History(run()), policy, {"status": "failed"}, {"status": "timeout"})
    end = hop_end(history, now=later(0))
    assert end is not None
    assert (end.status, end.cancelled) == ("failed", ("r/1.3",))


def test_a_hop_where_more_failed_than_is_tolerated_is_over() -> None:
    """The outcomes so far stay: the hop has ended in parts."""
    policy = one_rule(agent='["ask", "ask", "ask"]', tolerate="0")
    history = after(History(run()), policy, {}, {"status": "failed"})
    end = hop_end(history, now=later(0))
    assert end is not None
    assert (end.status, end.cancelled) == ("partial", ("r/1.3",))


def test_a_condition_sees_the_outcomes_so_far() -> None:
    """The hop ends as soon as it is true; the rest is cancelled."""
    policy = one_rule(agent='["ask", "ask", "ask"]', join=f'"{ENOUGH}"'.replace('"ok"', r"\"ok\""))
    weak, sure = {"confidence": Decimal("0.5")}, {"confidence": Decimal("0.9")}
    assert hop_end(after(History(run()), policy, weak, sure), now=later(0)) is None
    end = hop_end(after(History(run()), policy, sure, sure), now=later(0))
    assert end is not None
    assert (end.status, end.cancelled, end.condition) == ("ok", ("r/1.3",), True)
    end = hop_end(after(History(run()), policy, weak, sure, weak), now=later(0))
    assert end is not None
    assert (end.status, end.condition, end.problem) == ("ok", False, None)


def test_a_condition_that_cannot_be_evaluated_is_not_met_and_says_why() -> None:
    """The steps go on; the reason is recorded with the end of the hop."""
    policy = one_rule(agent='["ask", "ask"]', join='"outcomes[1].output.answer > 3"')
    texts = {"output": {"answer": "many"}}
    assert hop_end(after(History(run()), policy, texts), now=later(0)) is None
    end = hop_end(after(History(run()), policy, texts, texts), now=later(0))
    assert end is not None
    assert end.condition is False
    assert end.problem == "a string can't be compared with a number in `outcomes[1].output.answer > 3`"


def test_a_condition_keeps_the_dialect_of_its_policy() -> None:
    """A file that wasn't modelled for Camunda is read as the standard says."""
    text = route(["run.hop"], ["agent", "join"], [["-", '"ask"', '"count(outcomes) > 0"']])
    standard = version(text.replace(' modeler:executionPlatform="Camunda Cloud"', ""))
    assert decided(standard).plan.condition == JoinCondition(text="count(outcomes) > 0", dialect="dmn")


HINT = "hint: a join is a number, `all`, `all-done`, `any`, `majority`, or a condition over `outcomes`"
PLACE = "p.dmn, decision `Route`, rule 1, output join"

WRONG_CONDITIONS = [
    (
        '"count(outcomes) >"',
        f"expected a value after `>`, found the end of the text\n{PLACE}\n"
        f"  count(outcomes) >\n                   ^\n{HINT}",
    ),
    ('"majorty"', f"unknown name `majorty`; did you mean `majority`?\n{PLACE}\n  majorty\n  ^^^^^^^\n{HINT}"),
    (
        '"count(outcome) > 1"',
        f"unknown name `outcome`; did you mean `outcomes`?\n{PLACE}\n  count(outcome) > 1\n        ^^^^^^^\n{HINT}",
    ),
    (
        '"count(outcomes[confidenc > 0.8]) > 1"',
        f"nothing is called `confidenc`\n{PLACE}\n  count(outcomes[confidenc > 0.8]) > 1\n"
        f"                 ^^^^^^^^^\n{HINT}",
    ),
    (
        '"count(outcomes)"',
        f"the condition gives `2`, not true or false\n{PLACE}\n  count(outcomes)\n  ^^^^^^^^^^^^^^^\n{HINT}",
    ),
]


@pytest.mark.parametrize(("cell", "expected"), WRONG_CONDITIONS)
def test_a_wrong_condition_is_an_error_with_its_place(cell: str, expected: str) -> None:
    """Before anything is dispatched; and the check of the policy says the same before it is published."""
    assert refused(agent='["ask", "ask"]', join=cell) == f"join_condition: {expected}"
    policy = one_rule(agent='["ask", "ask"]', join=cell)
    (finding,) = check_policy(policy.model, CATALOGUE)
    assert str(finding) == f"error: {expected}"


def test_the_check_is_content_with_words_and_conditions() -> None:
    """Nothing is found."""
    for cell in ('"all-done"', '"any"', "3", '"count(outcomes[status = \\"ok\\"].output.total) > width / 2"'):
        assert check_policy(one_rule(agent='["ask", "ask"]', join=cell).model, CATALOGUE) == ()


def test_all_done_waits_for_every_step() -> None:
    """It can't tolerate a few only."""
    assert refused(agent='["ask", "ask"]', join='"all-done"', tolerate="1") == (
        "route_conflict: `join` is `all-done`, which waits for every step, and `tolerate` ends the hop before\n"
        "p.dmn, decision `Route`, rule 1, output tolerate\n"
        "hint: leave `tolerate` null, or `join` as `all`"
    )
