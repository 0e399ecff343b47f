"""Boxed expressions: conditionals, filters, iterations, contexts."""

from __future__ import annotations

import pytest
from tests.dmn.dmn_text import decision, definitions, literal

from dmnroute.dmn import load
from dmnroute.errors import FeelError, TableError
from dmnroute.feel import Limits


def _route(body, **options):
    return load(definitions(decision("Route", body)), name="claims.dmn", **options)


def _filter(collection, match):
    return f"<filter><in>{literal(collection)}</in><match>{literal(match)}</match></filter>"


def _iteration(kind, collection, body):
    word = "return" if kind == "for" else "satisfies"
    return f'<{kind} iteratorVariable="i"><in>{literal(collection)}</in><{word}>{literal(body)}</{word}></{kind}>'


def _context(*entries):
    cells = (f'<contextEntry><variable name="{name}"/>{literal(text)}</contextEntry>' for name, text in entries)
    return f"<context>{''.join(cells)}</context>"


@pytest.mark.parametrize(
    ("collection", "match", "value"),
    [
        ("[1, 2, 3]", "item > 1", [2, 3]),
        ("[{a: 1}, {a: 2}]", "a > 1", [{"a": 2}]),
        ('[1, "x"]', "item > 0", [1]),
        ("5", "item = 5", [5]),
        ("[]", "true", []),
        ("null", "true", None),
        ("[1, 2, 3]", "2", None),
        ("[1, 2, 3]", '"yes"', None),
    ],
)
def test_a_boxed_filter_keeps_the_items_that_meet_its_condition(collection, match, value):
    """Null isn't met, and what is no condition makes null."""
    assert _route(_filter(collection, match)).evaluate("Route", {}).value == value


@pytest.mark.parametrize(
    ("kind", "collection", "body", "value"),
    [
        ("for", "[1, 2]", "i * 2", [2, 4]),
        ("for", "[1..3]", "i * 2", [2, 4, 6]),
        ("for", "5", "i", [5]),
        ("for", "null", "i", None),
        ("for", "[3..1]", "i", None),
        ("for", "[1, 2, 3]", "count(partial)", [0, 1, 2]),
        ("for", "[1, 2, 3]", "if i = 1 then 1 else i * partial[-1]", [1, 2, 6]),
        ("some", "[1..3]", "i > 2", True),
        ("every", "(0..3]", "i > 0", True),
        ("every", "[0..3]", "i > 0", False),
        ("every", "[1, 2]", "i", None),
    ],
)
def test_a_boxed_iteration_goes_over_what_feel_iterates_over(kind, collection, body, value):
    """Lists, single values, and ranges of whole numbers."""
    assert _route(_iteration(kind, collection, body)).evaluate("Route", {}).value == value


@pytest.mark.parametrize(
    "body",
    [
        _iteration("for", "[1..10**12]", "i"),
        _iteration("every", "[1..10**12]", "i > 0"),
        _iteration("for", "[1..5000]", "i"),
        _iteration("for", "[1..600]", "count(partial)"),
        _filter("for x in 1..800 return x", "item > 0"),
    ],
)
def test_boxed_iterations_have_the_limits_of_an_evaluation(body):
    """Endless work ends as an error at the decision."""
    with pytest.raises(FeelError) as caught:
        _route(body, limits=Limits(steps=1_500)).evaluate("Route", {})
    assert str(caught.value).startswith("the expression takes more than 1,500 steps\nclaims.dmn, decision `Route`")


def test_the_entries_of_a_boxed_context_have_distinct_names():
    """A name that is there twice makes null, with a reason; Camunda takes the last."""
    body = _context(("a", "1"), ("b", "2"), ("a", "3"))
    result = _route(body).evaluate("Route", {})
    assert result.value is None
    assert [str(notice) for notice in result.notices] == [
        "the context has the key `a` twice\nclaims.dmn, decision `Route`"
    ]
    assert _route(body, dialect="camunda").evaluate("d_Route", {}).value == {"a": 3, "b": 2}


def test_elements_nested_too_deeply_are_refused():
    """Ten thousand contexts in each other end as a plain error."""
    opened, closed = "<context><contextEntry>", "</contextEntry></context>"
    assert _route(opened * 100 + literal("1") + closed * 100).evaluate("Route", {}).value == 1
    with pytest.raises(TableError) as caught:
        _route(opened * 10_000 + literal("1") + closed * 10_000)
    assert str(caught.value) == "elements are nested more than 256 levels deep (line 2)\nclaims.dmn"
    assert caught.value.code == "xml_depth"


def test_a_boxed_invocation_calls_a_builtin():
    """With the parameters that are bound; others are left out."""
    binding = f'<binding><parameter name="n"/>{literal("x")}</binding>'
    body = f"<invocation>{literal('floor')}{binding}</invocation>"
    route = load(definitions(decision("Route", body))).decision("Route")
    assert (route.value({"x": 1.5}), route.evaluate({"x": 1.5}).value) == (1, 1)
    assert [notice.message for notice in route.evaluate({"x": "a"}).notices] == [
        "`floor(n: number, scale?: number)` doesn't take string"
    ]


def test_imports_are_looked_for_beside_the_file_in_any_encoding(tmp_path):
    """By the namespace that a file says it has, also in UTF-16."""
    rates = definitions(decision("Rate", literal("0.19")), model="urn:rates?a&amp;b")
    (tmp_path / "rates.dmn").write_bytes(rates.encode("utf-16"))
    (tmp_path / "other.dmn").write_text("urn:rates?a&amp;b: no model at all")
    needs = '<informationRequirement><requiredDecision href="urn:rates?a&amp;b#d_Rate"/></informationRequirement>'
    route = f'<decision id="d_Route" name="Route">{needs}{literal("rates.Rate * 100")}</decision>'
    (tmp_path / "main.dmn").write_text(definitions('<import name="rates" namespace="urn:rates?a&amp;b"/>', route))
    assert load(tmp_path / "main.dmn").decision("Route").value({}) == 19
