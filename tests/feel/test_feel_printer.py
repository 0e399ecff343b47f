"""The printer: text that reads back to the same tree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests.feel.feel_trees import TREES

from dmnroute.errors import FeelError
from dmnroute.feel import ast, compile, unary_tests
from dmnroute.feel.printer import text_of


@settings(max_examples=400, deadline=None)
@given(TREES)
def test_what_is_printed_reads_back_to_the_same_tree(tree: ast.Node) -> None:
    """Spans aside, print and parse are each other's inverse."""
    assert compile(text_of(tree)).tree == tree


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_any_tree_is_evaluated_to_something(tree: ast.Node) -> None:
    """Whatever an expression says, evaluating it gives a value or a FeelError, nothing else."""
    code = "feel_limit"
    try:
        compile(text_of(tree)).evaluate({"a": 1, "b": [{"key": 2}], "order": {"a": "x"}})
    except FeelError as error:
        code = error.code
    assert code == "feel_limit"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("(1+2)*3", "(1 + 2) * 3"),
        ("a and (b and c)", "a and (b and c)"),
        ("not( <5 ,7)", "not(< 5, 7)"),
        ("]1..5[", "(1..5)"),
        ('{"first name":1,b:2}', '{"first name": 1, b: 2}'),
        ("x in (<5,7)", "x in (< 5, 7)"),
    ],
)
def test_printed_text_is_plain(written: str, printed: str) -> None:
    """Single spaces, no needless parentheses, ranges with their usual brackets."""
    assert text_of(unary_tests(written).tree) == printed
