"""Hostile expressions end soon, with a clear error or a null: never a crash, never a hang."""

from __future__ import annotations

import pytest

from dmnroute.errors import FeelError
from dmnroute.feel import NoticeKind, compile
from dmnroute.feel.evaluation import Limits
from dmnroute.feel.printer import text_of


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "1" + ")" * 10_000,
        "[" * 10_000 + "]" * 10_000,
        "-" * 10_000 + "1",
        "{a:" * 5_000 + "1" + "}" * 5_000,
        "if a then " * 5_000 + "1" + " else 2" * 5_000,
        "f(" * 10_000 + ")" * 10_000,
        "a" + ".b" * 10_000,
        "1 + (" * 10_000 + "1" + ")" * 10_000,
        "a[1]" + "[1]" * 10_000,
        "if a then 1 else " * 10_000 + "2",
        "1 instance of " + "list<" * 5_000,
    ],
)
def test_nesting_has_a_limit(text: str) -> None:
    """What is nested too deeply is refused while it is read."""
    with pytest.raises(FeelError) as caught:
        compile(text)
    assert "levels deep" in caught.value.message


@pytest.mark.parametrize("text", ["[1..a[" * 40 + "1" + "]]" * 40, "]1..a[" * 40 + "1" + "][" * 40])
def test_brackets_that_may_end_a_range_are_tried_once(text: str) -> None:
    """`[` in an endpoint may begin a filter or end the range; which of them is found without trying all ways."""
    assert text_of(compile(text).tree).count("..") == 40


@pytest.mark.parametrize(
    "text", ["[1..a[" * 45 + "1" + "]" * 45, "[1..a[" * 3_000, "]1..a[[" * 60, "[a[1..b[" * 30, "{a: [1..b[" * 20 + "c"]
)
def test_brackets_that_are_never_closed_are_refused_soon(text: str) -> None:
    """The same where no way leads to the end."""
    with pytest.raises(FeelError):
        compile(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{{{', '.join(f'a{i}: {i}' for i in range(10_000))}}}.a9999",
        f"(function({', '.join(f'a{i}' for i in range(10_000))}) 9999)({', '.join(['1'] * 10_000)})",
        f"[{', '.join(str(i) for i in range(10_000))}][-1]",
        f"if 1 in ({', '.join(str(i) for i in range(2_000))}) then 9999 else 0",
        f"{{{', '.join(f'a b{i}: {i}' for i in range(5_000))}, r: a b4999 + 5000}}.r",
    ],
    ids=["context", "function", "list", "tests", "spaced names"],
)
def test_what_is_wide_is_no_nesting(text: str) -> None:
    """Thousands of entries, parameters, items or tests side by side are read and compiled in their order."""
    assert compile(text).evaluate().value == 9999


def test_long_conjunctions_are_no_nesting() -> None:
    """A thousand conditions side by side are fine."""
    assert compile(" and ".join(["a = 1"] * 1_000)).evaluate({"a": 1}).value is True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" + ".join(["1"] * 10_000), 10_000),
        ("1" + " * 2 / 2 - 1 + 1" * 2_000, 1),
        (" + ".join(["x"] * 3_000), 6_000),
        ("(" + " + ".join(["1"] * 3_000) + ") * 2", 6_000),
    ],
)
def test_long_chains_of_operators_are_no_nesting(text: str, value: int) -> None:
    """Operations side by side are one level, however many: they are read, compiled, printed and looked through."""
    expression = compile(text)
    assert expression.evaluate({"x": 2}).value == value
    assert text_of(expression.tree) == text
    assert {reference.names for reference in expression.references} <= {("x",)}


def test_a_chain_keeps_its_order_and_its_reasons() -> None:
    """The left operand comes first, and a null in the middle is noticed once for each operator that meets it."""
    result = compile("1" + " - 1" * 20 + " + null + 1").evaluate()
    assert result.value is None
    assert [notice.message for notice in result.notices] == ["`+` with null", "`+` with null"]


def test_a_text_has_a_greatest_length() -> None:
    """A hundred megabytes are no expression."""
    with pytest.raises(FeelError) as caught:
        compile("1" * 100_000_000)
    assert str(caught.value) == "the expression has more than 200,000 characters"
    with pytest.raises(FeelError) as caught:
        compile("1+" * 60_000 + "1")
    assert str(caught.value) == "the expression has more than 100,000 words and symbols"
    assert caught.value.code == "feel_limit"


_DOUBLED = ", ".join(f"a{i}: [a{i - 1}, a{i - 1}]" for i in range(1, 60))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("for x in 1..10**12 return x", "the expression takes more than 20,000 steps"),
        ("for x in 1..1000, y in 1..1000 return x", "the expression takes more than 20,000 steps"),
        ("count(for x in [1..10**12] return x)", "the expression takes more than 20,000 steps"),
        ("for x in 1..5000 return partial", "the expression takes more than 20,000 steps"),
        (f"{{a0: [1, 2], {_DOUBLED}, r: string(a59)}}.r", "the expression takes more than 20,000 steps"),
        (f"{{a0: [1, 2], {_DOUBLED}, r: flatten(a59)}}.r", "a list has more than 1,000 items"),
        (f"{{a0: [{{x: 1}}], {_DOUBLED}, r: a59.x}}.r", "the expression takes more than 20,000 steps"),
        (
            "{a: for x in 1..999 return x, b: concatenate(a, a, a), r: b}.r",
            "a list has more than 1,000 items",
        ),
        ("{f: function(n) f(n + 1), r: f(1)}.r", "functions call each other more than 100 levels deep"),
        ("{f: function(g) g(g), r: f(f)}.r", "functions call each other more than 100 levels deep"),
        ('for x in 1..200 return "0123456789" + string(x)', ""),
        ('{a: string join(for x in 1..90 return "0123456789"), r: a + a}.r', "a string has more than 1,000 characters"),
    ],
)
def test_work_and_size_have_limits(text: str, message: str) -> None:
    """Endless work is an error with the code `feel_limit`, at the place that does it."""
    limits = Limits(steps=20_000, size=1_000, characters=1_000)
    if not message:
        assert len(compile(text).evaluate(limits=limits).value) == 200
        return
    with pytest.raises(FeelError) as caught:
        compile(text).evaluate(limits=limits)
    assert (caught.value.code, caught.value.message) == ("feel_limit", message)
    assert caught.value.place.span is not None


def test_the_error_of_a_limit_shows_the_place() -> None:
    """Message, excerpt and carets, as for any other error."""
    with pytest.raises(FeelError) as caught:
        compile("1 + count(for x in 1..10**12 return x)").evaluate()
    assert str(caught.value) == (
        "the expression takes more than 1,000,000 steps\n"
        "  1 + count(for x in 1..10**12 return x)\n"
        "                     ^^^^^^^^^"
    )


def test_equal_lists_that_share_their_parts_are_compared_soon() -> None:
    """Two values of 2^60 shared parts are compared part by part, each once."""
    text = "{a0: [1], b0: [1], " + ", ".join(
        f"a{i}: [a{i - 1}, a{i - 1}], b{i}: [b{i - 1}, b{i - 1}]" for i in range(1, 60)
    )
    assert compile(text + ", r: a59 = b59}.r").evaluate().value is True


def test_a_value_that_is_far_too_large_is_not_given_out() -> None:
    """2^60 shared parts aren't copied out one by one."""
    with pytest.raises(FeelError, match="a value has more than 1,000,000 parts"):
        compile(f"{{a0: [1, 2], {_DOUBLED}}}.a59").evaluate()


def test_a_regular_expression_that_never_ends_is_stopped() -> None:
    """Catastrophic backtracking is an error after a set time."""
    with pytest.raises(FeelError, match=r"a regular expression takes longer than 0\.01 seconds") as caught:
        compile(f'matches("{"a" * 40}b", "^(a|a)+$")').evaluate(limits=Limits(regex_seconds=0.01))
    assert caught.value.code == "feel_limit"


@pytest.mark.parametrize(
    "text",
    [
        "10 ** 100000000000",
        "exp(1e6000)",
        "decimal(1, 1e9)",
        "[1, 2][1e300]",
        "date(1e300, 1, 1)",
        'substring("abc", 1e20)',
        '@"2020-01-01" + @"P99999999999999999D"',
        '@"2020-01-01T00:00:00@Europe/Paris" + @"P99999999999999999D"',
        'duration("P999999999999999999D") * 1e300',
        'matches("a", "((((a{9999}){9999}){9999}){9999})")',
        'matches("a", "(")',
        '@"10:00:00@../../etc/passwd"',
    ],
)
def test_what_is_beyond_the_values_of_feel_is_null(text: str) -> None:
    """Huge exponents, sizes and dates give null, with a reason."""
    result = compile(text).evaluate()
    assert result.value is None
    assert result.notices[0].kind in (NoticeKind.OUT_OF_DOMAIN, NoticeKind.INVALID_ARGUMENT)


def test_a_number_beyond_decimal128_is_no_number() -> None:
    """A literal that can't be held is refused while it is read."""
    with pytest.raises(FeelError) as caught:
        compile("1e1000000000")
    assert str(caught.value) == "the number is beyond the numbers of FEEL\n  1e1000000000\n  ^^^^^^^^^^^^"


_LARGE = "l: for i in 1..300000 return i"
_LONG = 's: string join(for i in 1..900000 return "0123456789")'


@pytest.mark.parametrize(
    "text",
    [
        f"{{{_LARGE}, r: for i in 1..300000 return sum(l)}}.r",
        f"{{{_LARGE}, r: for i in 1..300000 return -i in l}}.r",
        f"{{{_LARGE}, m: for i in l return i, r: for i in l return l = m}}.r",
        f"{{{_LARGE}, r: count(for i in 1..300000 return reverse(l))}}.r",
        f'{{{_LONG}, r: count(for i in 1..10000 return s + "x")}}.r',
        f"{{{_LONG}, r: count(for i in 1..10000 return upper case(s))}}.r",
        f"{{{_LONG}, r: for i in 1..10000 return number(s, null, null)}}.r",
    ],
)
def test_work_on_large_values_counts(text: str) -> None:
    """What is done again and again with a large list or a long string is work, by its size."""
    with pytest.raises(FeelError) as caught:
        compile(text).evaluate(limits=Limits(steps=400_000))
    assert caught.value.message == "the expression takes more than 400,000 steps"


def test_an_evaluation_has_a_limit_in_time() -> None:
    """However few its steps are."""
    with pytest.raises(FeelError) as caught:
        compile("for i in 1..1000 return exp(i)").evaluate(limits=Limits(seconds=0))
    assert str(caught.value) == (
        "the evaluation takes longer than 0 seconds\n  for i in 1..1000 return exp(i)\n      ^^^^^^^^^^^^"
    )
    with pytest.raises(FeelError) as caught:
        compile('[matches("a", "a"), matches("b", "b")]').evaluate(limits=Limits(seconds=0))
    assert caught.value.message == "the evaluation takes longer than 0 seconds"


def test_a_result_has_a_limit_in_size() -> None:
    """A value that holds the same parts many times over isn't written out for Python."""
    with pytest.raises(FeelError) as caught:
        compile("for i in 1..20 return partial").evaluate(limits=Limits(size=1_000))
    assert (caught.value.code, caught.value.message) == ("feel_limit", "a value has more than 1,000 parts")
