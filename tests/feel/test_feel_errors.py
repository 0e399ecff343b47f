"""What an author reads about an expression that can't be read, word by word."""

from __future__ import annotations

import pytest

from dmnroute.errors import FeelError
from dmnroute.feel import compile, unary_tests


def _error(text: str) -> str:
    with pytest.raises(FeelError) as caught:
        compile(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        (
            "a == 1",
            "expected a value after `=`, found `=`\n  a == 1\n     ^\nhint: compare with a single `=`",
        ),
        (
            "first name + 1",
            "expected an operator or the end of the text, found `name`\n  first name + 1\n        ^^^^\n"
            "hint: a name with spaces must be a known name, or stand in backticks",
        ),
        (
            "if a then 1",
            "expected `else`; every `if` needs one, found the end of the text\n  if a then 1\n             ^",
        ),
        ("'text'", "expected an expression, found `'`\n  'text'\n  ^\nhint: text stands in double quotes"),
        ('1 + "abc', 'a string is opened and never closed\n  1 + "abc\n      ^'),
        ("[1, 2", "expected `,` or `]` after an item of the list, found the end of the text\n  [1, 2\n       ^"),
        ("a in (< 1..3)", "expected `,` or `)` after a test, found `..`\n  a in (< 1..3)\n           ^^"),
        (
            "function(x, y, x) x",
            "two parameters are called `x`\n  function(x, y, x) x\n                 ^",
        ),
        ("f(a: 1, 2)", "either all arguments have names, or none has\n  f(a: 1, 2)\n          ^"),
        (
            "a between 1",
            "expected `and` after the lower bound, found the end of the text\n  a between 1\n             ^",
        ),
        ("1 +\n  * 2", "expected a value after `+`, found `*`\n    * 2\n    ^"),
        ("a && b", "expected an operator or the end of the text, found `&`\n  a && b\n    ^\nhint: write `and`"),
        ("", "expected an expression, found the end of the text\n  \n  ^"),
    ],
)
def test_the_message_says_what_was_expected(text: str, rendered: str) -> None:
    """Expectation, what was found, the line with carets, and a hint where there is one."""
    assert _error(text) == rendered


def test_unary_tests_have_expectations_of_their_own() -> None:
    """The same care for input entries."""
    with pytest.raises(FeelError) as caught:
        unary_tests("> 3 and < 10")
    assert str(caught.value) == (
        "expected `,` or the end of the text after a test, found `and`\n"
        "  > 3 and < 10\n"
        "      ^^^\n"
        "hint: use `?` for the input in a condition: `? > 3 and ? < 10`"
    )
