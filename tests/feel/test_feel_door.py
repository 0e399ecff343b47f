"""The public door of FEEL: what goes in, what comes out."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest

from dmnroute.errors import FeelError, Place
from dmnroute.feel import NoticeKind, compile, unary_tests
from dmnroute.source import Span


def test_an_expression_is_evaluated_with_python_values() -> None:
    """Variables are plain Python values; numbers come back as Decimal."""
    assert compile("a.b * 2 + 1").evaluate({"a": {"b": 1.5}}).value == Decimal("4.0")


def test_a_null_says_why() -> None:
    """A null carries the kind of its reason, the place in the text and the values."""
    result = compile('1 < "a"').evaluate()
    assert result.value is None
    (notice,) = result.notices
    assert notice.kind is NoticeKind.NOT_COMPARABLE
    assert notice.span == Span(0, 7)
    assert notice.values == (Decimal(1), "a")
    assert str(notice) == 'a number can\'t be compared with a string in `1 < "a"`'


def test_a_text_that_is_no_expression_says_what_was_expected() -> None:
    """The error names the place, shows the text with a caret, and says what was expected."""
    place = Place(file="x.dmn", decision="Route", rule=4, column="input 2")
    with pytest.raises(FeelError) as caught:
        compile("last.confidence < ", place=place)
    assert str(caught.value) == (
        "expected a value after `<`, found the end of the text\n"
        "x.dmn, decision `Route`, rule 4, input 2\n"
        "  last.confidence < \n"
        "                    ^"
    )


def test_expressions_survive_pickle() -> None:
    """Compiled code isn't pickled; the expression is read again from its text."""
    expression = pickle.loads(pickle.dumps(compile("claim amount + 1", names=["claim amount"])))
    assert expression.evaluate({"claim amount": 4}).value == 5
    tests = pickle.loads(pickle.dumps(unary_tests("< 5")))
    assert tests.evaluate(4).value is True


def test_references_are_what_is_read_from_the_caller() -> None:
    """Local variables are no references; names inside a filter are marked as implicit."""
    expression = compile("abs(for x in orders[amount > limit] return x.amount * tax.rate)")
    assert [(r.names, r.implicit) for r in expression.references] == [
        (("orders",), False),
        (("amount",), True),
        (("limit",), True),
        (("tax", "rate"), False),
    ]


@pytest.mark.parametrize(
    ("text", "value", "met"),
    [
        ("-", None, True),
        ("", 7, True),
        ("< 5", 4, True),
        ("< 5", None, None),
        ("[1..5)", 5, False),
        ('"a", "b"', "b", True),
        ('not("a", "b")', "b", False),
        ("? > 3 and ? < 10", 5, True),
        ("null", None, True),
    ],
)
def test_unary_tests_are_met_or_not_or_neither(text: str, value: object, met: bool | None) -> None:
    """True, false, or null where the test can't tell."""
    assert unary_tests(text).evaluate(value).value is met
