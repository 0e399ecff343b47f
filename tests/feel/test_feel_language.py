"""The language: what expressions mean, beyond what the TCK of the standard checks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmnroute.feel import Evaluation, NoticeKind, compile, unary_tests
from dmnroute.feel.values import Function

_SCOPE = {
    "a": 5,
    "first name": "Ada",
    "steps": {"ocr": {"confidence": Decimal("0.93")}},
    "orders": [{"amount": 5, "paid": True}, {"amount": 15, "paid": False}],
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1 + 0.2", Decimal("0.3")),
        ("1 / 3", Decimal("0.3333333333333333333333333333333333")),
        ("-3 ** 2", 9),
        ("2 ** 3 ** 2", 64),
        ('"a" + "b"', "ab"),
        ("if null then 1 else 2", 2),
        ("false and null", False),
        ("true or null", True),
        ("null = null", True),
        ("1 != null", True),
        ("{a: 1, b: a + 1}.b", 2),
        ("{fact: function(n) if n < 2 then 1 else n * fact(n - 1), r: fact(10)}.r", 3628800),
        ("(function(x: number, y) x + y)(1, 2)", 3),
        ("{f: function(x, y) x - y, r: f(y: 1, x: 5)}.r", 4),
        ("for x in 3..1 return x", [3, 2, 1]),
        ("for x in [1, 2], y in [x, x * 10] return y", [1, 10, 2, 20]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ('for d in [@"2024-02-28"..@"2024-03-01"] return d.day', [28, 29, 1]),
        ("some x in [1, null], y in [2] satisfies x = 1", True),
        ("every x in [] satisfies x", True),
        ("orders[amount > 10].amount", [15]),
        ("orders[paid].amount", [5]),
        ("orders[-1].amount", 15),
        ("orders.amount", [5, 15]),
        ("[1, 2, 3][item >= 2]", [2, 3]),
        ("[{item: 1}, {item: 2}][item = 2].item", [2]),
        ("5 in (> 3, 1)", True),
        ("5 in [1..5)", False),
        ("a between 1 and 5", True),
        ("[1..5).end included", False),
        ("(> 5).start", 5),
        ("1 instance of number", True),
        ("[1, 2] instance of list<number>", True),
        ("null instance of Any", False),
        ('@"2024-01-31" + @"P1M"', date(2024, 2, 29)),
        ('@"2024-03-01T00:00:00Z" - @"2024-02-28T12:00:00Z"', timedelta(days=1, hours=12)),
        ('@"2020-03-28T12:00:00@Europe/Berlin" + @"P1D" = @"2020-03-29T13:00:00@Europe/Berlin"', True),
        ('@"2024-01-01T12:00:00+02:00" = @"2024-01-01T10:00:00Z"', True),
        ('string(@"PT90M")', "PT1H30M"),
        ('@"999999999-12-31".year', 999999999),
        ('"\\u0041\\U01F40E\\n"', "A🐎\n"),
        ("/* a comment */ 1 // another", 1),
        ("`first name`", "Ada"),
        ("first name", "Ada"),
        ("first   name", "Ada"),
        ("sort([3, 1, 2], function(x, y) x < y)", [1, 2, 3]),
        ('substring(start position: 2, string: "abc")', "bc"),
        ('replace("abc", "(b)", "[$1]")', "a[b]c"),
        ('matches("é", "[^A-Z-[OI]]")', True),
        ("min([3, 1, 2])", 1),
        ("count(1)", 1),
        ("steps.ocr.confidence >= 0.9", True),
    ],
)
def test_expressions_have_the_value_that_the_standard_gives_them(text: str, value: object) -> None:
    """One line of FEEL, one value."""
    assert compile(text, names=_SCOPE).evaluate(_SCOPE).value == value


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("nope", NoticeKind.UNKNOWN_NAME, "nothing is called `nope`"),
        ("steps.nope", NoticeKind.UNKNOWN_KEY, "the context has no `nope`"),
        ("null.x", NoticeKind.NULL_PATH, "`.x` of null"),
        ('1 + "a"', NoticeKind.TYPE_MISMATCH, "`+` doesn't take a number and a string"),
        ("1 + null", NoticeKind.NULL_OPERAND, "`+` with null"),
        ('1 < "a"', NoticeKind.NOT_COMPARABLE, "a number can't be compared with a string"),
        ("1 < null", NoticeKind.NULL_OPERAND, "a comparison with null"),
        ("1 / 0", NoticeKind.OUT_OF_DOMAIN, "a division by zero"),
        ("[1][2]", NoticeKind.OUT_OF_DOMAIN, "there is no item 2 in a list of 1"),
        ("nope(1)", NoticeKind.UNKNOWN_FUNCTION, "no function is called `nope`"),
        ("true and 1", NoticeKind.TYPE_MISMATCH, "`and` takes conditions, not a number"),
        ('floor("x")', NoticeKind.TYPE_MISMATCH, "`floor(n: number, scale?: number)` doesn't take string"),
        ("floor(scal: 1)", NoticeKind.INVALID_ARGUMENT, "`floor` has no parameter `scal`; did you mean `scale`?"),
        ('date("2024-02-30")', NoticeKind.INVALID_ARGUMENT, "`date`: `2024-02-30` is no date"),
        ("now()", NoticeKind.OUT_OF_DOMAIN, "`now`: the evaluation was given no clock"),
    ],
)
def test_a_null_carries_its_reason(text: str, kind: NoticeKind, message: str) -> None:
    """Kind and words of the reason, and the text it is about."""
    result = compile(text).evaluate(_SCOPE)
    assert result.value is None
    assert (result.notices[0].kind, result.notices[0].message) == (kind, message)
    assert result.notices[0].text == text


def test_the_clock_is_an_argument() -> None:
    """`now()` and `today()` are what the caller says."""
    now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert compile("now()").evaluate(now=now).value == now
    assert compile("today()").evaluate(now=now).value == date(2026, 11, 23)


def test_functions_of_the_caller_are_invoked() -> None:
    """A Function in scope works like one of the language, and shadows a builtin of its name."""
    twice = Function("floor", ("x",), lambda values, evaluation: [values["x"], values["x"]])
    scope = {"floor": twice, "date": "2024-01-01"}
    assert compile("floor(1.5)").evaluate(scope).value == [Decimal("1.5"), Decimal("1.5")]
    assert compile("date(date)").evaluate(scope).value == date(2024, 1, 1)


def test_types_of_a_model_are_known_to_instance_of() -> None:
    """The evaluation carries the types of a model by name."""
    evaluation = Evaluation(types={"tPositive": lambda value: isinstance(value, Decimal) and value > 0})
    assert compile("x instance of tPositive").run({"x": Decimal(1)}, evaluation) is True
    assert compile("x instance of list<tPositive>").run({"x": [Decimal(0)]}, evaluation) is False


_NUMBERS = st.decimals(-1000, 1000, allow_nan=False, places=2)


@given(_NUMBERS, _NUMBERS, _NUMBERS)
def test_a_range_means_its_two_comparisons(x: Decimal, low: Decimal, high: Decimal) -> None:
    """`x in [a..b]` agrees with `x >= a and x <= b`, and so does the unary test."""
    scope = {"x": x, "a": low, "b": high}
    expected = compile("x >= a and x <= b").evaluate(scope).value
    assert compile("x in [a..b]").evaluate(scope).value is expected
    assert compile("x between a and b").evaluate(scope).value is expected
    assert unary_tests(f"[{low}..{high}]").evaluate(x).value is expected
    assert unary_tests(f"not([{low}..{high}])").evaluate(x).value is (not expected)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a-b", 1),
        ("`a-b`", 9),
        ("if", 3),
        ("is defined(nope)", False),
        ('get or else(null, "x")', "x"),
        ('extract("a1b22", "[0-9]+")', ["1", "22"]),
        ('trim("  x ")', "x"),
        ("partition([1, 2, 3], 2)", [[1, 2], [3]]),
        ('string join(["a", "b"], ", ", "<", ">")', "<a, b>"),
        ('decimal(2.5, 0, "HALF_UP")', 3),
        ("duplicate values([1, 2, 1])", [1]),
        ('from json("{\\"a\\": [1, 2.5]}").a', [1, Decimal("2.5")]),
        ('to base64("FEEL")', "RkVFTA=="),
        ('@"10:00" = @"10:00:00"', True),
        ('last day of month(@"2024-02-01")', date(2024, 2, 29)),
        ("count(1)", None),
        ("[1, 2, 3][1.5]", 1),
        ("floor(n: 2.55, scala: 1)", Decimal("2.5")),
        ("uuid()", None),
        ("list replace([1], 1, 2)", None),
    ],
)
def test_camunda_has_words_and_functions_of_its_own(text: str, value: object) -> None:
    """The dialect `camunda`: hyphens subtract, backticks name, more functions, fewer conversions."""
    scope = {"a": 3, "b": 2, "a-b": 9, "if": 3}
    assert compile(text, dialect="camunda", names=scope).evaluate(scope).value == value


def test_camunda_calls_the_input_by_two_names() -> None:
    """`?` and `cellInput` are the same."""
    tests = unary_tests("cellInput > 3 and ? < 10", dialect="camunda")
    assert [tests.evaluate(value).value for value in (3, 5, 10)] == [False, True, False]
