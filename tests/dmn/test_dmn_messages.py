"""What a model says about its values, word by word: notices of boxed expressions, types, functions."""

from __future__ import annotations

import pickle
from xml.sax.saxutils import escape

import pytest
from tests.dmn.dmn_text import decision, definitions, input_data, literal, one_table

from dmnroute.dmn import load
from dmnroute.dmn.edit import with_cell
from dmnroute.errors import DmnrouteError, FeelError
from dmnroute.feel import Limits

PLACE = "claims.dmn, decision `Route`"


def _notices(source: str, **inputs: object) -> list[str]:
    result = load(source, name="claims.dmn").evaluate("Route", inputs)
    assert result.value is None
    return [str(notice) for notice in result.notices]


def _conditional(condition: str) -> str:
    branches = f"<then>{literal('1')}</then><else>{literal('2')}</else>"
    return f"<conditional><if>{literal(condition)}</if>{branches}</conditional>"


def _boxed(kind: str, body: str, collection: str, inner: str) -> str:
    variable = "" if kind == "filter" else ' iteratorVariable="x"'
    return f"<{kind}{variable}><in>{literal(collection)}</in><{body}>{literal(inner)}</{body}></{kind}>"


@pytest.mark.parametrize(
    ("body", "notices"),
    [
        (_conditional("1"), [f"`1` is no condition\n{PLACE}"]),
        (_boxed("for", "return", "null", "x"), [f"a boxed `for` over null\n{PLACE}"]),
        (_boxed("filter", "match", "null", "true"), [f"a boxed `filter` over null\n{PLACE}"]),
        (_boxed("some", "satisfies", "[1]", "x"), [f"`1` is no condition\n{PLACE}"]),
        (f"<invocation>{literal('1')}</invocation>", [f"`1` can't be called\n{PLACE}"]),
        (
            f'<invocation>{literal("abs")}<binding><parameter name="x"/>{literal("1")}</binding></invocation>',
            [f"`abs` has no parameter `x`\n{PLACE}"],
        ),
    ],
)
def test_boxed_expressions_say_why_they_are_null(body, notices):
    """The decision is named; the text is as short as what happened."""
    assert _notices(definitions(decision("Route", body)))[:1] == notices


TYPES = (
    '<itemDefinition name="tGrade"><typeRef>string</typeRef><allowedValues><text>"good", "poor"</text></allowedValues>'
    '</itemDefinition><itemDefinition name="tOrder"><itemComponent name="total"><typeRef>number</typeRef>'
    "</itemComponent></itemDefinition>"
)


@pytest.mark.parametrize(
    ("type_ref", "value", "notice"),
    [
        ("number", "high", 'input `x` is null: `"high"` isn\'t of type `number`'),
        ("tGrade", "fair", 'input `x` is null: `"fair"` isn\'t an allowed value of `tGrade`: "good", "poor"'),
        ("tGrade", 1, "input `x` is null: `1` isn't of type `string`"),
        ("tOrder", 5, "input `x` is null: `5` isn't of type `tOrder`"),
        ("tOrder", {"total": "much"}, 'input `x` is null: `"much"` isn\'t of type `number`'),
    ],
)
def test_a_value_of_another_type_says_so(type_ref, value, notice):
    """What it is, and what it isn't."""
    source = definitions(TYPES, input_data("x", type_ref), decision("Route", literal("x"), inputs=["x"]))
    assert _notices(source, x=value) == [f"{notice}\nclaims.dmn, decision `x`"]


def test_an_argument_of_another_type_says_so():
    """The call is null, and the parameter is named."""
    function = (
        '<businessKnowledgeModel id="k_f" name="f"><encapsulatedLogic><formalParameter name="n" typeRef="number"/>'
        f"{literal('n')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    source = definitions(function, decision("Route", literal('f("a")'), knows=["f"]))
    assert _notices(source) == [
        'the call of `f` is null: `"a"` isn\'t of type `number` (parameter `n`)\nclaims.dmn, decision `f`'
    ]


def test_types_of_one_name_are_refused():
    """A name means one type."""
    source = definitions(TYPES, TYPES, decision("Route", literal("1")))
    with pytest.raises(DmnrouteError) as caught:
        load(source, name="claims.dmn")
    assert caught.value.message == "several types are named `tGrade`"


def test_imports_that_go_on_and_on_are_refused():
    """At most a hundred models take part."""

    def resolve(wanted):
        number = int(wanted.namespace.removeprefix("m")) + 1
        return definitions(f'<import namespace="m{number}" name="lib"/>', model=wanted.namespace).encode()

    source = definitions('<import namespace="m1" name="lib"/>', decision("Route", literal("1")), model="m0")
    with pytest.raises(DmnrouteError) as caught:
        load(source, resolver=resolve)
    assert caught.value.message == "more than 100 models are imported"


def test_only_a_table_has_cells_to_edit():
    """A literal expression has none."""
    model = load(definitions(decision("Route", literal("1"))), name="claims.dmn")
    with pytest.raises(DmnrouteError) as caught:
        with_cell(model, "Route", rule=1, column=1, text="2")
    assert caught.value.message == "`Route` is no decision table"


def test_a_file_of_a_hundred_megabytes_is_refused():
    """It isn't even parsed."""
    with pytest.raises(DmnrouteError) as caught:
        load(b" " * 100_000_000, name="claims.dmn")
    assert str(caught.value) == "the file has 100,000,000 bytes; the most that is read is 16,000,000\nclaims.dmn"


def test_the_limits_of_a_model_are_the_callers():
    """`load` takes them; they hold with a trace and without, and for functions."""
    function = (
        '<businessKnowledgeModel id="k_f" name="f"><encapsulatedLogic><formalParameter name="n"/>'
        f"{literal('count(for x in 1..n return x)')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    source = definitions(function, input_data("n"), decision("Route", literal("f(n)"), knows=["f"], inputs=["n"]))
    model = load(source, limits=Limits(steps=50))
    again = pickle.loads(pickle.dumps(model))
    assert model.evaluate("Route", {"n": 20}).value == 20
    for evaluate in (
        lambda: model.evaluate("Route", {"n": 100}),
        lambda: model.decision("Route").value({"n": 100}),
        lambda: model.invoke("f", {"n": 100}),
        lambda: again.decision("Route").value({"n": 100}),
    ):
        with pytest.raises(FeelError) as caught:
            evaluate()
        assert caught.value.message == "the expression takes more than 50 steps"
    assert load(source).decision("Route").value({"n": 100}) == 100


LARGE_RESULTS = [
    definitions(decision("Route", literal("[[1, 2], [3, 4]]"))),
    definitions(decision("Route", literal("for x in [1, 2] return [x, x]"))),
    one_table([], ["x"], [["[1, 2, 3, 4, 5, 6]"]], policy="FIRST"),
    one_table([], ["x", "y"], [["1", "2"], ["3", "4"]], policy="COLLECT"),
    one_table([], ["x"], [["[1, 2, 3, 4, 5, 6]"]], policy="PRIORITY"),
]


@pytest.mark.parametrize("source", LARGE_RESULTS)
def test_a_result_has_no_more_parts_than_the_limit_says(source):
    """The same on every way to it: the fast path, with a trace and without, for many rows."""
    assert load(source, limits=Limits(size=9)).decision("Route").value({"a": 1}) is not None
    decision = load(source, limits=Limits(size=5)).decision("Route")
    for evaluate in (
        lambda: decision.value({"a": 1}),
        lambda: decision.evaluate({"a": 1}),
        lambda: decision.evaluate({"a": 1}, trace=False),
        lambda: decision.values([{"a": 1}]),
        lambda: decision.values({"a": [1]}),
    ):
        with pytest.raises(FeelError) as caught:
            evaluate()
        assert (caught.value.code, caught.value.message) == ("feel_limit", "a value has more than 5 parts")


def test_a_value_on_the_way_to_a_result_is_no_result():
    """Only what is given to Python is counted."""
    long = decision("long", literal("for x in [1, 2, 3] return [x]"))
    model = load(definitions(long, decision("Route", literal("count(long)"), requires=["long"])), limits=Limits(size=4))
    assert model.decision("Route").value({}) == 3
    assert model.evaluate("Route", {}, trace=False).value == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("count(for x in 1..10**12 return x)", "the expression takes more than 1,000,000 steps"),
        ('matches("' + "a" * 40 + 'b", "^(a|a)+$")', "a regular expression takes longer than 0.5 seconds"),
        ("{f: function(n) f(n), r: f(1)}.r", "functions call each other more than 100 levels deep"),
    ],
)
def test_a_hostile_cell_ends_at_its_place(text, message):
    """The error of a limit names the rule and the column."""
    model = load(one_table(["a"], ["x"], [[text, "1"]]), name="claims.dmn")
    with pytest.raises(FeelError) as caught:
        model.evaluate("Route", {"a": 1})
    assert (caught.value.code, caught.value.message) == ("feel_limit", message)
    assert str(caught.value.place) == f"{PLACE}, rule 1, input 1"


def _ways(model):
    route = model.decision("Route")
    return [
        lambda: route.value({"a": [1, 2, 3]}),
        lambda: route.evaluate({"a": [1, 2, 3]}),
        lambda: route.evaluate({"a": [1, 2, 3]}, trace=False),
        lambda: route.values([{"a": [1, 2, 3]}]),
        lambda: route.values({"a": [[1, 2, 3]]}),
        lambda: pickle.loads(pickle.dumps(route)).value({"a": [1, 2, 3]}),
    ]


def test_allowed_values_are_looked_at_within_the_limits_of_the_evaluation():
    """A costly test of each item can't multiply what one evaluation may use up."""
    costly = "<allowedValues><text>count(for x in 1..400 return x) &gt; ?</text></allowedValues>"
    types = f'<itemDefinition name="t" isCollection="true"><typeRef>number</typeRef>{costly}</itemDefinition>'
    source = definitions(types, input_data("a", "t"), decision("Route", literal("count(a)"), inputs=["a"]))
    assert load(source, limits=Limits(steps=1500)).decision("Route").value({"a": [1, 2, 3]}) == 3
    for evaluate in _ways(load(source, limits=Limits(steps=1000))):
        with pytest.raises(FeelError) as caught:
            evaluate()
        assert caught.value.message == "the expression takes more than 1,000 steps"


def test_a_column_that_no_rule_looks_at_may_fail_on_every_way():
    """What it looks at is evaluated all the same."""
    source = one_table(["a", "count(for x in 1..10**12 return x)"], ["x"], [["-", "-", "1"]])
    for evaluate in _ways(load(source)):
        with pytest.raises(FeelError) as caught:
            evaluate()
        assert caught.value.message == "the expression takes more than 1,000,000 steps"


def test_output_values_that_take_too_long_are_an_error_where_a_rule_gives_an_output():
    """A decision can be asked for without one; the fast path doesn't look at rules that nothing asked for."""
    costly = "count(for x in 1..10**12 return x) > ?"
    source = one_table(["a"], ["x"], [["[1, 2, 3]", "1"]]).replace(
        '<output name="x"/>', f'<output name="x"><outputValues><text>{escape(costly)}</text></outputValues></output>'
    )
    assert load(source).decision("Route").value({"a": 5}) is None
    for evaluate in _ways(load(source)):
        with pytest.raises(FeelError) as caught:
            evaluate()
        assert caught.value.message == "the expression takes more than 1,000,000 steps"
