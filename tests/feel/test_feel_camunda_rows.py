"""Camunda's FEEL, topic by topic as the comparison of both dialects lists them.

Where Camunda has a rule, it is followed; where it computes wrongly (marked `right`), the right result is given. What
stands here was measured on Camunda's own engine (see `tests/differential/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dmnroute.errors import FeelError
from dmnroute.feel import compile, unary_tests
from dmnroute.feel.values import YearsMonthsDuration

BERLIN = ZoneInfo("Europe/Berlin")
SCOPE = {"a": 5, "b": 2, "c": {"b c": 1, "b": None}, "xs": [{"a": 1}, {"b": 2}], "a b": 7}


@dataclass(frozen=True)
class _Refused:
    """The text can't be read (`feel_syntax`), or fails the evaluation (`feel_failed`)."""

    code: str


UNREADABLE = _Refused("feel_syntax")
FAILS = _Refused("feel_failed")


def _outcome(evaluate: object) -> object:
    try:
        return evaluate()  # type: ignore[operator]
    except FeelError as error:
        return _Refused(error.code)


def _rows(*rows: tuple[str, str, object]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("text", "expected"), [pytest.param(text, value, id=f"{topic}: {text}") for topic, text, value in rows]
    )


def _check(text: str, expected: object) -> None:
    found = _outcome(lambda: compile(text, dialect="camunda").evaluate(SCOPE).value)
    assert found == expected
    assert isinstance(found, bool) is isinstance(expected, bool)


@_rows(
    ("names with spaces", "a b + 1", UNREADABLE),
    ("names with spaces", "`a b`", 7),
    ("names with spaces", "c.`b c`", 1),
    ("hyphen in a name", "a-b", 3),
    ("context keys with spaces", "{a b: 1}", {"a b": 1}),
    ("context keys with symbols", "{a+b: 1}", {"a+b": 1}),
    ("context keys with spaces", "{a b: 1}.`a b`", 1),
    ("context keys with spaces", 'get value({a b: 1}, "a b")', 1),
    ("reserved words", "{if: 1}.if", 1),
    ("reserved words", "{not: 1, some: 2}.some", 2),
    ("reserved words", "null + 1", None),
    ("exponent", "1.2e3", UNREADABLE),
    ("unicode escapes", r'"\u0041"', r"\u0041"),
    ("backslash (right)", r'"\\"', "\\"),
    ("single quotes", "'a'", UNREADABLE),
    ("==", "a == 5", UNREADABLE),
    ("<>", "a <> 5", UNREADABLE),
    ("c ? a : b", "true ? 1 : 2", UNREADABLE),
    ("if without else", "if true then 1", UNREADABLE),
    ("comments", "1 // one", 1),
    ("comments", "/* one */ 1", 1),
    ("comments only", "// one", UNREADABLE),
    ("range as a value", "[1..3]", None),
    ("range as a value", "{r: [1..3]}.r", None),
    ("range as a value", "[1..3].start", UNREADABLE),
    ("range as a value", "a = [1..3]", UNREADABLE),
    ("range after in", "a in [1..5]", True),
    ("range as an argument", "includes([1..5], 3)", True),
    ("range from a comparison", "(= 10)", UNREADABLE),
    ("range from a comparison", "(!= 10)", UNREADABLE),
    ("in with =", "a in = 5", UNREADABLE),
    ("in with !=", "a in != 5", UNREADABLE),
    ("in with <", "a in < 6", True),
    ("for over a range", "for i in [1..3] return i", UNREADABLE),
    ("for over dates", 'for d in @"2020-01-01"..@"2020-01-03" return d', None),
    ("for over numbers", "for i in 1..3 return i", [1, 2, 3]),
    ("for over numbers", "for i in 3..1 return i", [3, 2, 1]),
    ("later iterator", "for x in [[1], [2]], y in x return y", None),
    ("two iterators", "for x in [1, 2], y in [3] return x * y", [3, 6]),
    ("partial", "for x in [1, 2, 3] return count(partial)", [0, 1, 2]),
    ("typed parameters", "function(a: number) a", UNREADABLE),
    ("calling a literal", "(function(a) a)(1)", UNREADABLE),
    ("calling a literal", "{f: function(a) a, r: f(1)}.r", 1),
    ("instance of a generic type", "[1] instance of list<number>", UNREADABLE),
    ("instance of a type of the model", "1 instance of tAmount", False),
    ("instance of", "1 instance of number", True),
    ("instance of", "null instance of Any", False),
    ("instance of", '@"P1Y" instance of years and months duration', True),
    ("external", 'function(a) external {java: {class: "x", method signature: "y(int)"}}', UNREADABLE),
)
def test_language(text: str, expected: object) -> None:
    """1. Parsing and names."""
    _check(text, expected)


@_rows(
    ("numbers", "1 / 3 * 3 = 1", False),
    ("numbers", "12345678901234567890123456789012345678901 = 12345678901234567890123456789012345678902", False),
    ("sqrt (right)", "sqrt(2)", Decimal("1.414213562373095048801688724209698")),
    ("**", "-3 ** 2", 9),
    ("**", "2 ** 3 ** 2", 64),
    ("no NaN", "1 / 0", None),
    ("fails: modulo", "modulo(5, 0)", FAILS),
    ("fails: log", "log(0)", FAILS),
    ("fails: stddev", "stddev([1])", FAILS),
    ("fails: substring", 'substring("foobar", -10)', FAILS),
    ("fails: length", 'substring("foobar", 3, -1)', FAILS),
    ("fails: finished by", "finished by(10, [1..10])", FAILS),
    ("fails: assert", "assert(1, false)", _Refused("feel_assert")),
    ("fails: ?", "?", FAILS),
    ("unknown variable", "unknown", None),
    ("unknown key", "c.unknown", None),
    ("unknown property", '@"2020-01-01".unknown', None),
    ("unknown function", "unknown(1)", None),
    ("path on null", "unknown.y", None),
    ("= on types", '1 = "a"', None),
    ("!= on types", '1 != "a"', None),
    ("= with null", "1 = null", False),
    ("!= with null", "1 != null", True),
    ("< with null", "1 < null", None),
    ("< on types", '1 < "a"', None),
    ("< on lists", "[1] < [2]", FAILS),
    ("and", "true and null", None),
    ("and", "false and 1", False),
    ("or", "true or 1", True),
    ("or", 'false or "a"', None),
    ("if", "if 1 then 2 else 3", 3),
    ("singletons", "[1] = 1", None),
    ("singletons", "5[1]", None),
    ("singletons", '"a"[true]', None),
    ("fraction of an index", "[1, 2, 3][1.5]", 1),
    ("filter with null", "[1, 2, 3][null]", []),
    ("filter with a string", '[1, 2, 3]["a"]', []),
    ("key item", "[{item: 5}, {item: 1}][item > 2]", [{"item": 5}]),
    ("= on zoned", '@"2020-01-01T10:00:00Z" = @"2020-01-01T10:00:00@UTC"', False),
    ("= on zoned", '@"10:00:00Z" = @"11:00:00+01:00"', False),
    ("< on zoned", '@"2020-01-01T10:00:00Z" < @"2020-01-01T11:00:00+01:00"', True),
    ("< on zoned", '@"2020-01-01T10:00:00Z" >= @"2020-01-01T11:00:00+01:00"', False),
    ("zone of a time", '@"10:00:00@Europe/Berlin".time offset', timedelta(hours=1)),
    ("local and zoned", '@"10:00:00" = @"10:00:00Z"', None),
    ("local and zoned", '@"10:00:00" < @"10:00:00Z"', None),
    ("date and moment", '@"2020-01-01" = @"2020-01-01T00:00:00"', None),
    ("date and moment", '@"2020-01-01" < @"2020-01-02T00:00:00"', None),
    ("date - zoned", '@"2020-01-02" - @"2020-01-01T00:00:00Z"', None),
    ("date - local", '@"2020-01-02" - @"2020-01-01T00:00:00"', None),
    ("time - time (right)", '@"10:00:00Z" - @"11:00:00Z"', timedelta(hours=-1)),
    ("time - time", '@"10:00:00" - @"11:00:00"', timedelta(hours=-1)),
    ("date + hours", '@"2020-01-01" + @"PT25H"', date(2020, 1, 2)),
    ("months", '@"2020-01-31" + @"P1M"', date(2020, 2, 29)),
    (
        "elapsed time",
        '@"2020-03-28T12:00:00@Europe/Berlin" + @"P1D"',
        datetime(2020, 3, 29, 13, tzinfo=BERLIN),
    ),
    (
        "wall clock",
        '@"2020-02-28T12:00:00@Europe/Berlin" + @"P1M"',
        datetime(2020, 3, 28, 12, tzinfo=BERLIN),
    ),
    ("24:00", '@"2021-01-01T24:00:00"', None),
    ("24:00", '@"24:00:00"', time(0)),
    ("seconds omitted", 'time("10:00")', time(10)),
    ("seconds omitted", '@"2020-01-01T10:00"', datetime(2020, 1, 1, 10)),  # noqa: DTZ001 -- local is meant
    ("date alone", 'date and time("2020-01-01")', datetime(2020, 1, 1)),  # noqa: DTZ001 -- local is meant
    ("offset and zone", 'date and time("2020-01-01T10:00:00+01:00[Europe/Berlin]")', None),
    ("invalid literal", '@"abc"', None),
    ("fractions", '@"10:00:00.5".second', 0),
    ("fractions", 'string(@"10:00:00.123456789")', "10:00:00.123456789"),
    ("years", '@"999999999-12-31".year', 999_999_999),
    ("duration × fraction (right)", '@"P1D" * 1.5', timedelta(hours=36)),
    ("duration × fraction (right)", '@"P1Y" * 1.5', YearsMonthsDuration(18)),
    ("duration ÷ number (right)", '@"P100D" / 2', timedelta(days=50)),
    ("duration ÷ duration (right)", '@"PT1H" / @"PT30M"', 2),
    ("duration ÷ duration (right)", '@"P1Y" / @"P5M"', Decimal("2.4")),
    ("-duration", '-@"P1D"', None),
    ("-duration", '@"-P1D"', timedelta(days=-1)),
    ("-duration", '@"P1D" * -1', timedelta(days=-1)),
    ("equal durations", '@"P1Y" = @"P12M"', True),
    ("equal durations", '@"P1D" = @"PT24H"', True),
    ("kinds of duration", '@"P0M" = @"PT0S"', None),
    ("string of a duration (right)", 'string(@"PT0.5S")', "PT0.5S"),
    ("string of a duration", 'string(@"PT0S")', "P0D"),
    ("string of a duration", 'string(@"P0Y")', "P0Y"),
    ("string of a number", "string(1.0)", "1.0"),
    ("string of a number", "string(0.0000001)", "1E-7"),
    ("string of a number", "string(decimal(1.5, 3))", "1.500"),
    ("string of a number", "string(floor(2, 1))", "2.0"),
    ("string of a context", 'string({a: 1, b: "x"})', '{a:1, b:"x"}'),
    ("code points (right)", 'string length("🐎")', 1),
    ("patterns", 'matches("b", "[a-z&&[^b]]")', False),
    ("unknown flags", 'replace("abc", "b", "x", "q")', "axc"),
    ("path on a list", "xs.a", [1, None]),
)
def test_values_and_operators(text: str, expected: object) -> None:
    """2. Values and operators."""
    _check(text, expected)


@pytest.mark.parametrize(
    ("given", "text", "expected"),
    [
        pytest.param(given, text, expected, id=f"{topic}: {text} on {given}")
        for topic, given, text, expected in [
            ("always met", 5, "-", True),
            ("always met", None, "-", True),
            ("always met", 5, "not(-)", UNREADABLE),
            ("always met", 5, "-, 1", UNREADABLE),
            ("a value", 5, "5", True),
            ("a value", 5, '"a"', None),
            ("null", None, "null", True),
            ("list value", 5, "[1, 5]", True),
            ("list value", [1, 5], "[1, 5]", True),
            ("alternatives", 5, "> 3, < 1", True),
            ("alternatives", 7, "[1..5], 7", True),
            ("open ranges", 5, "]1..5[", False),
            ("open ranges", 5, "(1..5]", True),
            ("not", "c", 'not("a", "b")', True),
            ("not", "c", 'not("a"), not("b")', UNREADABLE),
            ("null input", None, "< 5", None),
            ("null input", None, "not(< 5)", None),
            ("null input", None, "[1..5]", None),
            ("conditions", 5, "? > 3 and ? < 10", True),
            ("conditions", 5, "1 = 1", True),
            ("conditions", 5, "1 = 2", None),
            ("conditions", False, "1 = 2", True),
            ("false", False, "false", True),
            ("false", 5, "false", None),
            ("not readable", 5, "> 3 and < 10", UNREADABLE),
            ("not readable", 5, "in [1..5]", UNREADABLE),
            ("not readable", 5, "1..5", UNREADABLE),
            ("not readable", 5, "= 5", UNREADABLE),
            ("not readable", 5, "!= 5", UNREADABLE),
            ("another type", "2020-01-01", '> date("2020-01-01")', None),
            ("names", 2, "b", True),
            ("cellInput", 5, "cellInput > 3", True),
            ("cellInput", 5, "cellInput", True),
            ("strings", "b", '["a".."c"]', True),
            ("true beside others (right)", False, "not(true)", True),
        ]
    ],
)
def test_unary_tests(given: object, text: str, expected: object) -> None:
    """3. Input entries: met by true only."""
    assert _outcome(lambda: unary_tests(text, dialect="camunda").evaluate(given, SCOPE).value) == expected


@_rows(
    ("named", "floor(n: 1.55, scala: 1)", Decimal("1.5")),
    ("named", "floor(n: 1.55, scale: 1)", None),
    ("named", "round half down(n: 1.25, scala: 1)", Decimal("1.2")),
    ("named", "round half down(n: 1.25, scale: 1)", None),
    ("named", "sublist(list: [1, 2, 3], start: 2, length: 1)", [2]),
    ("named", "sublist(list: [1, 2, 3], start position: 2)", None),
    ("named", "concatenate(lists: [[1], [2]])", [1, 2]),
    ("named", "concatenate(list: [[1], [2]])", None),
    ("named", "union(lists: [[1], [1, 2]])", [1, 2]),
    ("named", "append(list: [1], item: 2)", None),
    ("named", "append(list: [1], items: 2)", None),
    ("named", "append(list: [1], items: [2, 3])", [1, 2, 3]),
    ("named", "concatenate(lists: 2)", None),
    ("named", "min(c: [1, 2])", None),
    ("named", "sum(n: 2)", None),
    ("named", "stddev(n: 2)", None),
    ("named", "context merge(context: {a: 1})", None),
    ("named", "context merge(contexts: [{a: 1}, {b: 2}])", {"a": 1, "b": 2}),
    ("named", 'date and time(date: @"2020-01-01T10:00:00", timezone: "UTC")', None),
    ("named", 'string(date and time(date: @"2020-01-01T10:00:00", time: "Etc/UTC"))', "2020-01-01T10:00:00@Etc/UTC"),
    ("assert", "assert(1, true, 2)", 1),
    ("backwards", "during(1, [9..1]) and includes([9..1], 9)", True),
    ("backwards", "during(5, [9..1]) or during(1, [9..1))", False),
    ("signs", '@"P+1D"', None),
    ("signs", '@"PT-1.5S" = @"-PT1.5S"', True),
    ("signs", '@"P+1Y"', None),
    ("fraction", '@"PT1,5S" = @"PT1.5S"', True),
    ("fraction", '@"PT1.1234567891S"', None),
    ("offset", '@"10:00:00z"', None),
    ("offset", '@"2020-01-01T10:00:00+02:00:30"', None),
    ("assert", "assert(null, null, null)", _Refused("feel_assert")),
    ("named", "before(range: [1..2], point: 3)", False),
    ("named", "finished by(range: [1..3], point: 3)", FAILS),
    ("stddev of one", "stddev(47)", FAILS),
    ("named", "abs(n: -1) + abs(number: -1)", 2),
    ("named", 'get value(m: {a: 1}, key: "a") + get value(context: {a: 1}, key: "a")', 2),
    ("named", "get entries(context: {a: 1})", [{"key": "a", "value": 1}]),
    ("named", "floor(unknown: 1)", None),
    ("floor", "floor(1.5)", 1),
    ("floor", "ceiling(1.55, 1)", Decimal("1.6")),
    ("round", "round up(1.5)", None),
    ("decimal", "decimal(2.5, 0)", 2),
    ("modulo", "modulo(-12, 5)", 3),
    ("insert before 0", "insert before([1, 2], 0, 9)", None),
    ("insert before beyond", "insert before([1, 2], 5, 9)", [1, 2, 9]),
    ("remove 0", "remove([1, 2], 0)", None),
    ("remove beyond", "remove([1, 2], 5)", [1, 2]),
    ("sublist 0", "sublist([1, 2], 0)", None),
    ("sublist beyond", "sublist([1, 2], 5)", []),
    ("concatenate", "concatenate([1], 2)", [1, 2]),
    ("union", "union([1], 1)", [1]),
    ("min", "min([1, null])", None),
    ("min", "min([])", None),
    ("min", 'min(["b", "a"])', "a"),
    ("max", "max([true, false])", None),
    ("sum", "sum([])", None),
    ("mean", "mean([])", None),
    ("product", "product([])", None),
    ("median", "median([])", None),
    ("stddev", "stddev([])", None),
    ("mode", "mode([])", []),
    ("count", "count(null)", None),
    ("all", "all([true, null])", None),
    ("all", "all([])", True),
    ("any", "any([])", False),
    ("any", "any([true, 1])", True),
    ("context", 'context([{key: "a", value: 1}, {key: "a", value: 2}])', {"a": 2}),
    ("context", 'context({key: "a", value: 1})', None),
    ("context merge", "context merge({a: 1}, {b: 2})", {"a": 1, "b": 2}),
    ("context merge", "context merge([{a: 1}, {a: 2}])", {"a": 2}),
    ("context put", 'context put({a: 1}, ["a", "b"], 2)', {"a": {"b": 2}}),
    ("string join", 'string join(["a", null, "b"], ",")', "a,b"),
    ("string join", 'string join(["a", 1], ",")', None),
    ("substring", 'substring("abc", 0)', ""),
    ("split", 'split("abc", "")', ["a", "b", "c", ""]),
    ("replace", 'replace("abc", "(b)", "[$1]")', "a[b]c"),
    ("replace", 'replace("abc", "b", "$1")', None),
    ("matches", 'matches("abc", "(")', None),
    ("number", 'number("1")', 1),
    ("number", 'number("1,000", ",")', 1000),
    ("number", 'number("1e3")', 1000),
    ("number", "number(1)", None),
    ("time", 'time(@"2020-01-01")', time(0, tzinfo=UTC)),
    ("finished by", "finished by([1..10], 10)", True),
    (
        "years and months duration",
        'years and months duration(@"2020-01-31", @"2021-03-01T00:00:00")',
        YearsMonthsDuration(13),
    ),
    ("range functions", "before(1, 2)", True),
    ("range functions", 'before("a", "b")', None),
    ("calendar", 'day of week(@"2020-01-01")', "Wednesday"),
    ("calendar", 'week of year(@"2021-01-01")', 53),
    ("list contains", "list contains([1, null], null)", True),
    ("and, or", "and([true, false])", False),
    ("and, or", "or(true, false)", True),
    ("shadowing", "{floor: function(a) 99, r: floor(1.5)}.r", 99),
    ("sort", "sort([1, 2], function(a) a)", None),
)
def test_functions_that_behave_differently(text: str, expected: object) -> None:
    """4. Functions that the standard has too."""
    _check(text, expected)


@_rows(
    ("is defined", "is defined(unknown)", False),
    ("is defined", "is defined(null)", False),
    ("get or else", "get or else(null, 1)", 1),
    ("assert", "assert(1, true)", 1),
    ("assert", 'assert(1, null, "why")', _Refused("feel_assert")),
    ("extract", 'extract("foo 12 bar 3", "[0-9]+")', ["12", "3"]),
    ("trim", 'trim("  a ")', "a"),
    ("uuid", "uuid()", None),
    ("to base64", 'to base64("FEEL")', "RkVFTA=="),
    ("from base64", 'from base64("RkVFTA==")', "FEEL"),
    ("is blank", 'is blank(" ")', True),
    ("string join", 'string join(["a", "b"], ",", "<", ">")', "<a,b>"),
    ("duplicate values", "duplicate values([1, 2, 2, 1])", [1, 2]),
    ("is empty", "is empty([])", True),
    ("partition", "partition([1, 2, 3], 2)", [[1, 2], [3]]),
    ("partition", "partition([1], 0)", None),
    ("put", 'put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
    ("put all", "put all({a: 1}, {b: 2})", {"a": 1, "b": 2}),
    ("get value", 'get value({a: {b: 2}}, ["a", "b"])', 2),
    ("get value", 'get value({a: {b: 2}}, ["a", "c"])', None),
    ("random number", "random number()", None),
    ("decimal", 'decimal(1.5, 0, "half_up")', 2),
    ("decimal", 'decimal(1.5, 0, "unknown")', None),
    ("time", "time(1, 2, 3)", time(1, 2, 3)),
    (
        "date and time",
        'date and time(@"2020-01-01T10:00:00Z", "Europe/Berlin")',
        datetime(2020, 1, 1, 11, tzinfo=BERLIN),
    ),
    (
        "date and time",
        'date and time(@"2020-01-01T10:00:00", "Europe/Berlin")',
        datetime(2020, 1, 1, 10, tzinfo=BERLIN),
    ),
    ("last day of month", 'last day of month(@"2020-02-01")', date(2020, 2, 29)),
    ("from json", 'from json("[1, 2]")', [1, 2]),
    ("from json", 'from json("no")', None),
    ("to json", "to json({a: [1]})", '{"a":[1]}'),
    ("to json", "to json([1.50, 1/3, 10 ** 40, null, true])", f"[1.50,0.{'3' * 34},1.{'0' * 33}E+40,null,true]"),
    ("to json", 'to json("a\\"b\\n🐎")', '"a\\"b\\n🐎"'),
    ("to json", 'to json([@"P1DT2H", @"-PT1M30.5S", @"PT0S"])', '["PT26H","PT-1M-30.5S","PT0S"]'),
    ("to json", 'to json([@"P1Y2M", @"-P1Y2M", @"P0Y"])', '["P1Y2M","P-1Y-2M","P0D"]'),
    ("to json", 'to json([@"10:00:00@Europe/Berlin", @"10:00:00"])', '["10:00:00+01:00","10:00:00"]'),
    ("to json", 'to json(@"2020-07-01T10:00:00@Europe/Berlin")', '"2020-07-01T10:00:00+02:00[Europe/Berlin]"'),
    ("to json", 'to json([@"2020-07-01", date("12020-07-01")])', '["2020-07-01","+12020-07-01"]'),
    ("to json", "to json([1..5])", '"[1..5]"'),
    ("to json", "to json(function(x) x)", '"function(x)"'),
    ("put", 'put({a: 1}, ["b", "c"], 2)', {"a": 1, "b": {"c": 2}}),
    ("flags that are null", 'matches("abc", ".", null)', None),
    ("flags that are null", 'replace("abc", "b", "x", null)', None),
    ("no lists", "union(lists: [])", []),
    ("no lists", "concatenate(lists: [])", []),
    ("lists that don't count as comparable", "[1, null] < [1]", None),
    ("lists that don't count as comparable", "[] < [1]", None),
    ("lists that don't count as comparable", '[1, "a"] < [1]', None),
    ("lists that don't count as comparable", "max([1, null], [2])", None),
    ("contexts", "{a: 1} < {a: 2}", None),
    ("cycle", 'cycle(@"P1D")', None),
    ("fromAi", "fromAi(1)", None),
)
def test_functions_of_camunda_only(text: str, expected: object) -> None:
    """5. Functions that the standard hasn't."""
    _check(text, expected)


@_rows(
    ("is", "is(1, 1)", None),
    ("range", 'range("[1..3]")', None),
    ("list replace", "list replace([1, 2], 1, 9)", None),
    ("list replace", "list replace([1, 2], function(item, newItem) true, 9)", None),
)
def test_functions_that_camunda_lacks(text: str, expected: object) -> None:
    """6. Calling them is null, with a reason."""
    result = compile(text, dialect="camunda").evaluate()
    assert result.value is expected
    assert result.notices[0].kind == "unknown_function"


def test_durations_are_read_as_java_reads_them() -> None:
    """Each part of a duration may have a sign."""
    values = [compile(text, dialect="camunda").evaluate().value for text in ('@"P1Y-2M"', '@"PT-1H"', '@"-P1D"')]
    assert values == [YearsMonthsDuration(10), timedelta(hours=-1), timedelta(days=-1)]
    assert compile('@"PT-1H"').evaluate().value is None
    assert compile('@"10:00:00+01:00"', dialect="camunda").evaluate().value == time(
        10, tzinfo=timezone(timedelta(hours=1))
    )


def test_a_failure_shows_the_place_and_says_whose_rule_it_is() -> None:
    """Message, excerpt and hint, word by word."""
    with pytest.raises(FeelError) as caught:
        compile("1 + modulo(5, 0)", dialect="camunda").evaluate()
    assert str(caught.value) == (
        "`modulo`: a division by zero\n  1 + modulo(5, 0)\n      ^^^^^^^^^^^^\n"
        "hint: Camunda fails the whole evaluation here"
    )
