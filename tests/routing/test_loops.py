"""Loops: hops that come again for the same facts, named with the way they take."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.routing.deciding import START, after, decided, limited, one_rule, run, version
from tests.support.tables import route

from dmnroute.routing.context import build_context
from dmnroute.routing.history import History, Hop
from dmnroute.routing.loops import loop_of, same_before
from dmnroute.routing.records.hop import DecisionRecord, HopEnd, Plan
from dmnroute.routing.records.step import PlannedStep

OCR_THEN_ASK = version(
    route(
        ["last.agents[1]", "run.repeats"],
        ["agent", "action", "reason"],
        [
            ["-", ">= 2", "null", '"fail"', '"round in circles"'],
            ['"ocr"', "-", '"ask"', "null", "null"],
            ["-", "-", '"ocr"', "null", "null"],
        ],
    )
)
"""One after the other for ever, but for what `run.repeats` says."""


def taken(*routes: str) -> History:
    """A run that took these routes for the same facts; a name in capitals is a wait."""
    return History(run(), tuple(_hop(number, name) for number, name in enumerate(routes, 1)))


def _hop(number: int, name: str) -> Hop:
    steps = () if name.isupper() else (PlannedStep(id=f"r/{number}.1", run="r", agent=name, type=f"agent.{name}"),)
    return Hop(
        DecisionRecord(
            run="r",
            hop=number,
            at=START,
            seed=0,
            policy="p",
            version=1,
            digest="",
            previous=HopEnd(status="ok"),
            plan=Plan(action="dispatch" if steps else "wait", steps=steps),
            fingerprint=name,
        )
    )


def test_a_hop_that_comes_again_is_a_loop() -> None:
    """The shortest one counts, and how often it came again in a row."""
    assert loop_of(taken()) is None
    assert loop_of(taken("a", "b")) is None
    twice = loop_of(taken("b", "a", "a"))
    assert twice is not None
    assert (str(twice), twice.repeats) == ("hop 3 repeats: a → a, for the same facts", 1)
    often = loop_of(taken("a", "a", "a", "a"))
    assert often is not None
    assert often.repeats == 3


def test_a_longer_circle_is_a_loop() -> None:
    """A turn counts once it is whole; the way back closes it."""
    assert loop_of(taken("x", "ocr", "grade", "ocr")) is None
    found = loop_of(taken("x", "ocr", "grade", "ocr", "grade"))
    assert found is not None
    assert (str(found), found.repeats) == ("hops 4-5 repeat: ocr → grade → ocr, for the same facts", 1)
    three = loop_of(taken("a", "b", "WAIT", "a", "b", "WAIT", "a", "b", "WAIT"))
    assert three is not None
    assert (str(three), three.repeats) == ("hops 7-8-9 repeat: a → b → wait → a, for the same facts", 2)


def test_a_loop_that_was_left_is_none() -> None:
    """What counts is how the run goes now."""
    assert loop_of(taken("a", "a", "a", "b")) is None


def test_a_long_loop_is_told_by_its_ends() -> None:
    """Nobody reads twenty names."""
    turn = [f"agent_{number}" for number in range(1, 9)]
    assert str(loop_of(taken(*turn, *turn))) == (
        "hops 9-…-16 repeat: agent_1 → … → agent_8 → agent_1, for the same facts"
    )


def test_the_hop_before_that_was_the_same() -> None:
    """The latest one, if any."""
    history = taken("a", "b", "a", "a", "c")
    assert [same_before(history, hop) for hop in range(1, 6)] == [None, None, 1, 3, None]


def test_a_table_can_leave_a_loop() -> None:
    """`run.repeats` counts whole turns; the third one in a row ends it here."""
    history, reported = History(run()), list[int]()
    while (decision := decided(OCR_THEN_ASK, history)).plan.action == "dispatch":
        reported.append(build_context(history, decision.previous, now=START)["run"]["repeats"])
        history = after(history, OCR_THEN_ASK, {"status": "failed"})
    assert reported == [0, 0, 0, 0, 1, 1]
    assert (len(history.hops), decision.plan.reason) == (6, "round in circles")


def test_new_facts_are_no_loop() -> None:
    """The same agent may find out more each time."""
    ask, history = one_rule(agent='"ask"'), History(run())
    for number in range(4):
        history = after(history, ask, {"output": {"answer": number}})
    assert loop_of(history) is None


def test_the_limit_names_the_circle() -> None:
    """A run that its tables don't end is ended by `no_progress`, with the hops that repeat."""
    endless = version(
        route(["last.agents[1]"], ["agent"], [['"ocr"', '"ask"'], ["-", '"ocr"']]),
    )
    history = limited(no_progress=3)
    while (decision := decided(endless, history)).limit is None:
        history = after(history, endless, {"status": "failed"})
    assert (decision.limit, decision.plan.reason) == (
        "no_progress",
        "hops 5-6 repeat: ocr → ask → ocr, for the same facts; 3 times is the limit",
    )


def test_the_limit_names_hops_that_make_no_circle() -> None:
    """The same route may come again without any order."""
    history = taken("a", "b", "a", "c", "a", "d")
    names = {hop.decision.hop for hop in history.hops if same_before(history, hop.decision.hop)}
    assert (names, loop_of(history)) == ({3, 5}, None)


routes = st.lists(st.sampled_from("abc"), max_size=14)


@given(routes)
def test_a_loop_is_what_anybody_would_find(names: list[str]) -> None:
    """Held against all ways to cut the end of the list into equal turns."""
    turns = {
        length: max(n for n in range(1, len(names) // length + 1) if names[-length:] * n == names[-length * n :])
        for length in range(1, len(names) + 1)
    }
    expected = next(((length, n - 1) for length, n in turns.items() if n > 1), None)
    found = loop_of(taken(*names))
    assert (None if found is None else (len(found.turn), found.repeats)) == expected


@given(routes, st.lists(st.sampled_from("abc"), min_size=1, max_size=4), st.integers(2, 4))
def test_going_round_is_always_found(begin: list[str], turn: list[str], times: int) -> None:
    """However the run began."""
    found = loop_of(taken(*begin, *turn * times))
    assert found is not None
    assert len(found.turn) <= len(turn)
