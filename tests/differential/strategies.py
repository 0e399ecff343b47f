"""Hypothesis strategies for FEEL in Camunda's dialect: values, contexts, expressions by their type, tests, tables.

What is known to differ (`explained.py`) isn't generated, so that whatever differs is news.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

Text = st.SearchStrategy[str]

# Literals

whole = st.integers(-20, 120).map(str)
plain_numbers: Text = st.one_of(
    whole,
    whole,
    st.decimals(-50, 50, places=2).map(str),
    st.sampled_from(["0", "1", "0.5", "1.0", "100", "12345678901234567890", "0.0001", "999999999.99", "-0.1"]),
)
numbers: Text = plain_numbers.map(lambda text: f"({text})" if text.startswith("-") else text)
letters = st.text(alphabet="abcxyz ABC.,;-_0129äß€", max_size=6)
strings: Text = st.one_of(letters, st.sampled_from(["", "a", "b", "abc", "ok", "2020-01-01", "P1D", "12"])).map(
    lambda text: json.dumps(text, ensure_ascii=False)
)
booleans: Text = st.sampled_from(["true", "false"])
null = st.just("null")

days = st.dates(date(1999, 1, 1), date(2030, 12, 31)).map(str)
clocks = st.builds(
    "{:02d}:{:02d}:{:02d}{}".format,
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
    st.sampled_from(["", "", "", ".5", ".123456789"]),
)
offsets = st.sampled_from(["", "", "Z", "+01:00", "-05:30", "@Europe/Berlin", "@UTC", "@America/New_York"])
dates: Text = st.one_of(days.map('@"{}"'.format), days.map('date("{}")'.format))
times: Text = st.builds('@"{}{}"'.format, clocks, offsets)
moments: Text = st.builds('@"{}T{}{}"'.format, days, clocks, offsets)
local_moments: Text = st.builds('@"{}T{}{}"'.format, days, clocks, st.sampled_from(["", "Z", "+01:00"]))
spans: Text = st.builds(
    lambda delta, sign: f'@"{sign}P{delta.days}DT{delta.seconds}S"',
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.sampled_from(["", "", "-"]),
)
months: Text = st.builds('@"{}P{}Y{}M"'.format, st.sampled_from(["", "", "-"]), st.integers(0, 30), st.integers(0, 40))

LITERALS: dict[str, Text] = {
    "number": numbers,
    "string": strings,
    "boolean": booleans,
    "date": dates,
    "time": times,
    "moment": moments,
    "span": spans,
    "months": months,
}
TYPES = tuple(LITERALS)
POINTS = ("number", "date", "time", "moment", "span", "months")
ORDERED = (*POINTS, "string")

# Contexts, as JSON gives them

json_numbers = st.one_of(st.integers(-20, 120), st.decimals(-50, 50, places=1).map(float))
json_strings = st.sampled_from(["", "a", "b", "abc", "ok", "2020-01-01"])
records = st.fixed_dictionaries({"a": json_numbers, "b": json_strings}, optional={"c": st.none()}).map(
    lambda record: dict(sorted(record.items()))
)
contexts: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "n": st.one_of(json_numbers, json_numbers, st.none()),
        "m": json_numbers,
        "s": st.one_of(json_strings, json_strings, st.none()),
        "p": st.one_of(st.booleans(), st.booleans(), st.none()),
        "ns": st.lists(json_numbers, max_size=4),
        "ss": st.lists(json_strings, max_size=3),
        "r": records,
        "rs": st.lists(records, max_size=3),
    }
)
NAMES = {
    "number": ["n", "m", "r.a", "ns[1]", "rs[1].a", "rs[-1].a"],
    "string": ["s", "r.b", "ss[1]", "rs[1].b"],
    "boolean": ["p", "p"],
}

# Expressions


@st.composite
def expressions(draw: st.DrawFn, kind: str | None = None, depth: int = 3) -> str:
    """An expression that gives a value of a kind, or null; one in twelve gives something else."""
    wanted = kind or draw(st.sampled_from((*TYPES, "list", "context")))
    roll = draw(st.integers(0, 23))
    if roll == 0:
        return draw(null)
    if roll == 1:
        wanted = draw(st.sampled_from((*TYPES, "list", "context")))
    if roll == 2:
        return draw(st.sampled_from(["unknown", "r.unknown", "n.a", "unknown(1)"]))
    if wanted in ("list", "context"):
        return draw(_lists(depth) if wanted == "list" else _contexts(depth))
    if depth == 0 or roll < 6:
        return draw(leaves(wanted))
    return draw(st.one_of(leaves(wanted), *[make(depth - 1) for make in _MAKERS.get(wanted, ())], _any(wanted, depth)))


def leaves(kind: str) -> Text:
    names = NAMES.get(kind)
    return st.one_of(LITERALS[kind], st.sampled_from(names)) if names else LITERALS[kind]


def _of(kind: str, depth: int) -> Text:
    return expressions(kind, depth)


def _call(name: str, *arguments: Text) -> Text:
    return st.tuples(*arguments).map(lambda given: f"{name}({', '.join(given)})")


def _infix(signs: str, left: Text, right: Text) -> Text:
    return st.builds("({} {} {})".format, left, st.sampled_from(signs.split()), right)


def _any(kind: str, depth: int) -> Text:
    """What can give any kind: `if`, an item of a list, a default."""
    inner = _of(kind, depth - 1)
    return st.one_of(
        st.builds("(if {} then {} else {})".format, _of("boolean", depth - 1), inner, inner),
        _call("get or else", inner, inner),
        st.builds("[{}, {}][{}]".format, inner, inner, st.sampled_from(["1", "2", "-1", "3"])),
        st.builds("{{k: {}}}.k".format, inner),
        st.builds("{{f: function(a, b) a, r: f({}, {})}}.r".format, inner, inner),
    )


@st.composite
def _lists(draw: st.DrawFn, depth: int) -> str:
    kind = draw(st.sampled_from(TYPES))
    if depth <= 0:
        return draw(st.sampled_from(["ns", "ss", "rs.a", "[]", "[1, 2, 3]"]))
    inner = _of(kind, depth - 1)
    return draw(
        st.one_of(
            st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
            st.just("ns"),
            st.builds("for x in {} return {}".format, _lists(depth - 1), st.sampled_from(["x", "[x]", "{a: x}"])).map(
                "({})".format
            ),
            st.builds("(for x in {}..{} return x * 2)".format, st.integers(-3, 5), st.integers(-3, 5)),
            st.builds("ns[item {} {}]".format, st.sampled_from(["<", ">", "=", "!="]), _of("number", 0)),
            st.builds("rs[a {} {}].b".format, st.sampled_from(["<", ">=", "="]), _of("number", 0)),
            _call("append", _lists(depth - 1), inner),
            _call("concatenate", _lists(depth - 1), _lists(depth - 1)),
            _call("reverse", _lists(depth - 1)),
            _call("flatten", _lists(depth - 1)),
            _call("distinct values", _lists(depth - 1)),
            _call("union", _lists(depth - 1), _lists(depth - 1)),
            _call("index of", _lists(depth - 1), _of("number", 0)),
            _call("sublist", _lists(depth - 1), st.sampled_from(["1", "2", "-1", "-2", "4"])),
            _call("remove", _lists(depth - 1), st.sampled_from(["1", "2", "-1", "4"])),
            _call("insert before", _lists(depth - 1), st.sampled_from(["1", "2", "-1", "4"]), inner),
            _call("duplicate values", _lists(depth - 1)),
            _call("mode", st.sampled_from(["ns", "[1, 1, 2]", "[]"])),
            st.sampled_from(
                ["sort(ns, function(x, y) x < y)", "sort(ss, function(x, y) x > y)", 'split("a;b;c", ";")', "rs.b"]
            ),
            _call("split", strings, st.sampled_from(['"a"', '"[a-c]"', '"\\s+"', '","'])),
        )
    )


@st.composite
def _contexts(draw: st.DrawFn, depth: int) -> str:
    if depth <= 0:
        return draw(st.sampled_from(["r", "{}", "{a: 1}"]))
    return draw(
        st.one_of(
            st.builds("{{a: {}, b: {}}}".format, expressions(depth=depth - 1), expressions(depth=depth - 1)),
            st.builds("{{a: {}, b: a}}".format, _of("number", depth - 1)),
            st.just("r"),
            _call("context put", _contexts(depth - 1), st.just('"a"'), expressions(depth=depth - 1)),
            _call("context merge", _contexts(depth - 1), _contexts(depth - 1)),
            st.builds("context([{{key: {}, value: {}}}])".format, strings, expressions(depth=depth - 1)),
            st.sampled_from(["rs[1]", "rs[-1]", "get entries({a: 1})[1]"]),
        )
    )


def _number_makers(depth: int) -> Text:
    number, string = _of("number", depth), _of("string", depth)
    scale = st.integers(-2, 4).map(str)
    return st.one_of(
        _infix("+ - * /", number, number),
        _infix("+ -", number, number),
        st.builds("({} ** {})".format, _of("number", 0), st.sampled_from(["2", "3", "0", "1"])),
        st.builds("-{}".format, st.sampled_from(["n", "m", "(m)", "ns[1]"])),
        _call("abs", number),
        *[
            _call(name, number, scale)
            for name in ("decimal", "round up", "round down", "round half up", "round half down", "floor", "ceiling")
        ],
        _call("floor", number),
        _call("modulo", number, st.sampled_from(["3", "-4", "2.5"])),
        *[_call(name, _lists(depth)) for name in ("count", "sum", "mean", "product", "median", "min", "max")],
        *[_call(name, number, number) for name in ("min", "max", "sum")],
        _call("string length", string),
        _call("number", _of("number", 0).map(lambda text: json.dumps(text.strip("()")))),
        st.builds("{}.{}".format, _of("date", 0), st.sampled_from(["year", "month", "day", "weekday"])),
        st.builds("{}.{}".format, times, st.sampled_from(["hour", "minute", "second"])),
        st.builds("{}.{}".format, spans, st.sampled_from(["days", "hours", "minutes", "seconds"])),
        st.builds("{}.{}".format, months, st.sampled_from(["years", "months"])),
        _call("day of year", _of("date", 0)),
        _call("week of year", _of("date", 0)),
    )


def _string_makers(depth: int) -> Text:
    string = _of("string", depth)
    position = st.sampled_from(["1", "2", "-1"])
    return st.one_of(
        _infix("+", string, string),
        _call("string", expressions(depth=depth)),
        _call("upper case", string),
        _call("lower case", string),
        _call("trim", string),
        _call("substring", st.just('"abcdef"'), position),
        _call("substring", st.just('"abcdef"'), position, st.integers(0, 4).map(str)),
        _call("substring before", string, string),
        _call("substring after", string, string),
        _call(
            "replace", string, st.sampled_from(['"a"', '"[a-c]+"', '"b|c"']), st.sampled_from(['"x"', '"$0-"', '""'])
        ),
        _call("string join", st.sampled_from(["ss", '["a", null, "b"]', "rs.b"]), strings),
        _call("day of week", _of("date", 0)),
        _call("month of year", _of("date", 0)),
        _call("to base64", string),
    )


@st.composite
def _comparisons(draw: st.DrawFn, depth: int) -> str:
    kind = draw(st.sampled_from(ORDERED))
    other = kind if draw(st.integers(0, 9)) else draw(st.sampled_from(TYPES))
    left, right = draw(_of(kind, depth)), draw(_of(other, depth))
    sign = draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
    form = draw(st.integers(0, 5))
    if form == 0:
        return f"({left} between {right} and {draw(_of(kind, depth))})"
    if form == 1:
        return f"({left} in {draw(ranges(kind, depth))})"
    if form == 2 and kind != "boolean":
        return f"({left} in ({draw(alternatives(kind, depth))}))"
    if form == 3:
        return f"({left} instance of {draw(st.sampled_from(_INSTANCES))})"
    return f"({left} {sign} {right})"


_INSTANCES = ["number", "string", "boolean", "date", "time", "date and time", "list", "context", "Any", "function"]


def ranges(kind: str, depth: int = 0) -> Text:
    """A range between two values of a kind."""
    end = _of(kind, 0) if depth else leaves(kind)
    return st.builds("{}{}..{}{}".format, st.sampled_from("[(]"), end, end, st.sampled_from("])["))


def _range_functions() -> Text:
    point, span = LITERALS["number"], ranges("number")
    return st.one_of(
        *[_call(name, point, point) for name in ("before", "after", "coincides")],
        *[_call(name, point, span) for name in ("before", "after", "during", "starts", "finishes")],
        *[_call(name, span, point) for name in ("before", "after", "includes", "started by", "finished by")],
        *[
            _call(name, span, span)
            for name in (
                "before",
                "after",
                "meets",
                "met by",
                "overlaps",
                "overlaps before",
                "overlaps after",
                "finishes",
                "finished by",
                "includes",
                "during",
                "starts",
                "started by",
                "coincides",
            )
        ],
    )


def _boolean_makers(depth: int) -> Text:
    boolean, string = _of("boolean", depth), _of("string", depth)
    return st.one_of(
        _comparisons(depth),
        _comparisons(depth),
        _infix("and or", boolean, boolean),
        _call("not", boolean),
        _call("contains", string, string),
        _call("starts with", string, string),
        _call("ends with", string, string),
        _call("matches", string, st.sampled_from(['"a"', '"^[a-c]*$"', '"\\d"', '"b|x"'])),
        _call("list contains", _lists(depth), _of("number", 0)),
        _call("is defined", expressions(depth=depth)),
        _call("all", st.lists(boolean, max_size=3).map(lambda items: f"[{', '.join(items)}]")),
        _call("any", st.lists(boolean, max_size=3).map(lambda items: f"[{', '.join(items)}]")),
        _call("is empty", _lists(depth)),
        _call("odd", _of("number", 0)),
        _call("even", _of("number", 0)),
        st.builds(
            "({} x in {} satisfies x {} {})".format,
            st.sampled_from(["some", "every"]),
            _lists(depth),
            st.sampled_from(["<", "=", ">="]),
            _of("number", 0),
        ),
        _range_functions(),
    )


def _date_makers(depth: int) -> Text:
    return st.one_of(
        _infix("+ -", dates, spans),
        _infix("+ -", dates, months),
        _call("date", moments),
        _call("last day of month", dates),
        _call("date", st.integers(1999, 2030).map(str), st.integers(1, 13).map(str), st.integers(1, 31).map(str)),
    )


def _time_makers(depth: int) -> Text:
    return st.one_of(_infix("+ -", times, spans), _call("time", local_moments))


def _moment_makers(depth: int) -> Text:
    return st.one_of(
        _infix("+ -", moments, spans),
        _infix("+ -", moments, months),
        _call("date and time", dates, times),
        _call("date and time", moments, st.sampled_from(['"Europe/Berlin"', '"UTC"', '"Asia/Tokyo"'])),
    )


def _span_makers(depth: int) -> Text:
    return st.one_of(
        _infix("+ -", spans, spans),
        _infix("-", dates, dates),
        _infix("-", moments, moments),
        _infix("*", spans, st.integers(-5, 5).map(str)),
        _call("abs", spans),
        _call("duration", spans.map(lambda text: text[1:])),
    )


def _month_makers(depth: int) -> Text:
    return st.one_of(
        _infix("+ -", months, months),
        _infix("*", months, st.integers(-5, 5).map(str)),
        _call("years and months duration", dates, dates),
        _call("abs", months),
    )


_MAKERS = {
    "number": (_number_makers,),
    "string": (_string_makers,),
    "boolean": (_boolean_makers,),
    "date": (_date_makers,),
    "time": (_time_makers,),
    "moment": (_moment_makers,),
    "span": (_span_makers,),
    "months": (_month_makers,),
}

# Unary tests


def alternative(kind: str, depth: int = 0) -> Text:
    """One test of a value of a kind."""
    bound = _of(kind, depth) if depth else leaves(kind)
    return st.one_of(
        bound,
        bound,
        st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), bound),
        ranges(kind),
        st.just("null"),
        st.lists(bound, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    )


def alternatives(kind: str, depth: int = 0) -> Text:
    """Alternatives; of booleans one only."""
    if kind == "boolean":
        return st.sampled_from(["true", "false", "p", "null", "1 = 2"])
    return st.lists(alternative(kind, depth), min_size=1, max_size=3).map(", ".join)


@st.composite
def cells(draw: st.DrawFn, kind: str) -> str:
    """The text of an input entry."""
    form = draw(st.integers(0, 9))
    if form == 0:
        return "-"
    if form < 3:
        return (
            f"not({draw(alternatives(kind))})" if kind != "boolean" else draw(st.sampled_from(["not(false)", "not(p)"]))
        )
    if form == 3:
        return f"? {draw(st.sampled_from(['<', '=', '>=', '!=']))} {draw(leaves(kind))}"
    if form == 4:
        return draw(st.sampled_from(["n", "s", "p", "m > 5", "n = m", "cellInput = 1", "ns", "unknown", "? in ns"]))
    return draw(alternatives(kind))


INPUTS: dict[str, st.SearchStrategy[Any]] = {
    "number": st.one_of(json_numbers, json_numbers, st.none()),
    "string": st.one_of(json_strings, json_strings, st.none()),
    "boolean": st.one_of(st.booleans(), st.none()),
}
