"""Rules of the standard that are easy to get wrong, each with what it means."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dmnroute.feel import compile


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: 1, b: 2, a: 3}", None),
        ('{a: 1, "a": 1}', None),
        ("{a: {b: 1}, c: {b: 1}} = {c: {b: 1}, a: {b: 1}}", True),
    ],
)
def test_the_keys_of_a_context_are_distinct(text: str, value: object) -> None:
    """A key that is there twice makes the context null; the same key further inside doesn't."""
    assert compile(text).evaluate().value == value


def test_a_repeated_key_is_the_reason() -> None:
    """The notice names the key."""
    assert [notice.message for notice in compile("{a: 1, a: 2}").evaluate().notices] == [
        "the context has the key `a` twice"
    ]


def test_camunda_takes_the_last_of_equal_keys() -> None:
    """There a key may be repeated."""
    assert compile("{a: 1, a: 2}", dialect="camunda").evaluate().value == {"a": 2}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('1 in "1"', False),
        ('1 in ("a", 1)', True),
        ('1 in ("a", 2)', False),
        ('date("2018-12-08") in "2018-12-08"', False),
        ("{a: 1} in 1", False),
        ("true in 1", False),
        ("null in null", True),
        ("null in 1", False),
        ("null in (< 5)", None),
        ('1 in (< "a")', None),
        ("2 in [1, 2]", True),
        ("[1, 2] in [1, 2]", False),
        ("[1, 2] in [[1, 2], [3]]", True),
        ("[] in []", False),
        ("2 in [[1..3], 7]", True),
    ],
)
def test_in_asks_whether_a_value_is_among_others(text: str, value: object) -> None:
    """What is of another type isn't among them; a list is among its like only as an item."""
    assert compile(text).evaluate().value is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[< 2, > 5] = [(< 2), (> 5)]", True),
        ("6 in [< 2, > 5]", True),
        ("3 in [< 2, > 5]", False),
        ("[<= 2][1].end included", True),
        ("{low: < 2, found: 1 in low}.found", True),
        ("{low: >= 2}.low.start", 2),
    ],
)
def test_a_comparison_is_a_range_as_an_item_and_as_an_entry(text: str, value: object) -> None:
    """There it needs no parentheses."""
    assert compile(text).evaluate().value == value


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("[1..)", "(>= 1)"),
        ("(1..)", "(> 1)"),
        ("[1..[", "(>= 1)"),
        ("(..1)", "(< 1)"),
        ("]..1]", "(<= 1)"),
        ('["a"..)', '(>= "a")'),
        ('( .. @"2024-02-29" ]', '(<= @"2024-02-29")'),
    ],
)
def test_the_text_of_a_range_may_leave_one_side_open(text: str, literal: str) -> None:
    """`range(…)` reads a range without one of its endpoints."""
    assert str(compile("range(text)").evaluate({"text": text}).value) == literal


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(..)", "`(..)` is no range: expected an expression, found the end of the text"),
        ("[1..2..)", "`[1..2..)` is no range: expected an operator or the end of the text, found `..`"),
        ('[@"soon"..)', 'an endpoint of `[@"soon"..)` is no literal'),
    ],
)
def test_an_open_side_is_not_included_and_the_other_is_a_literal(text: str, reason: str) -> None:
    """What is no range says why."""
    result = compile("range(text)").evaluate({"text": text})
    assert (result.value, result.notices[0].message) == (None, f"`range`: {reason}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("before(range: [1..2], point: 3)", True),
        ("before(point: 3, range: [1..2])", False),
        ("after(range: [5..6], point: 3)", True),
        ("finished by(point: 3, range: [1..3])", True),
    ],
)
def test_named_arguments_tell_by_their_order_which_of_both_comes_first(text: str, value: bool) -> None:
    """Where `point` and `range` may come in either order, the order has a meaning; elsewhere it has none."""
    assert compile(text).evaluate().value is value


@pytest.mark.parametrize(
    ("flags", "value"),
    [("", False), ("s", True), ("sx", True), ("sm", True), ("m", False)],
)
def test_the_flag_s_lets_the_dot_meet_a_new_line(flags: str, value: bool) -> None:
    """Without it a dot meets anything but a new line."""
    assert compile(r'matches("a\nb", "a.b", flags)').evaluate({"flags": flags}).value is value
    assert compile(r'replace("a\nb", ".", "x", "s")').evaluate().value == "xxx"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("for f in [floor, ceiling] return f(1.5)", [1, 2]),
        ("{f: floor, r: [f(1.55, 1), f(n: 1.5), f(scale: 1, n: 1.55)]}.r", [Decimal("1.5"), 1, Decimal("1.5")]),
        ("{f: function(g) g(1, 2, 3), r: f(max)}.r", 3),
        ('{f: date, r: [f(2020, 2, 29).day, f("2020-02-28").day]}.r', [29, 28]),
        ("[1.5, 2][1](1)", None),
        ("floor instance of function<number> -> number", True),
        ("floor instance of function<number, number> -> number", True),
        ("floor instance of function<number, number, number> -> number", False),
    ],
)
def test_a_builtin_is_a_value_like_any_function(text: str, value: object) -> None:
    """Passed on, it still takes its arguments in every way that it does under its own name."""
    assert compile(text).evaluate().value == value
