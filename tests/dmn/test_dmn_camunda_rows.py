"""Tables and requirement graphs under Camunda, topic by topic as the comparison with the standard lists them."""

from __future__ import annotations

import pytest
from tests.dmn.dmn_text import decision, definitions, input_data, literal, one_table

from dmnroute.dmn import load
from dmnroute.errors import TableError

POLICIES = ("UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")


def _table(*args: object, **options: object) -> str:
    return one_table(*args, camunda=True, **options)  # type: ignore[arg-type]


def _value(source: str, **inputs: object) -> object:
    return load(source).evaluate("Route", inputs).value


def _fails(source: str, **inputs: object) -> str:
    with pytest.raises(TableError) as caught:
        load(source).evaluate("Route", inputs)
    return caught.value.message


def _refused(source: str) -> str:
    with pytest.raises(TableError) as caught:
        load(source)
    return caught.value.message


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("feel", ""),
        ("FEEL", ""),
        ("https://www.omg.org/spec/DMN/20191111/FEEL/", ""),
        ("https://www.omg.org/spec/DMN/20230324/FEEL/", ""),
        ("juel", "expression language `juel` can't be evaluated"),
        ("javascript", "expression language `javascript` can't be evaluated"),
    ],
)
def test_expression_language(language, message):
    """FEEL by its name or address; the languages of Camunda 7 are refused."""
    body = literal("1").replace("<literalExpression>", f'<literalExpression expressionLanguage="{language}">')
    source = definitions(decision("Route", body), camunda=True)
    assert (_refused(source) if message else _value(source)) == (message or 1)


@pytest.mark.parametrize(
    ("variable", "read", "value"),
    [
        ("", "d_Score", 42),
        ("", "Score", None),
        ('<variable name="score"/>', "score", 42),
        ('<variable name="score"/>', "d_Score", None),
        ('<variable name="score"/>', "Score", None),
    ],
)
def test_name_of_a_required_decision(variable, read, value):
    """Its variable's name if there is one, else its id; never its name."""
    score = decision("Score", variable + literal("42"))
    source = definitions(score, decision("Route", literal(read), requires=["Score"]), camunda=True)
    assert _value(source) == value


def test_one_output_column():
    """The bare value, whatever the column is called."""
    assert _value(_table(["a"], ["x"], [["-", "1"]])) == 1
    assert _value(_table(["a"], [""], [["-", "1"]])) == 1


def test_several_columns():
    """A context by output name; each must have one."""
    assert _value(_table(["a"], ["x", "y"], [["-", "1", "2"]])) == {"x": 1, "y": 2}
    assert _refused(_table(["a"], ["x", ""], [["-", "1", "2"]])) == (
        "output 2 has no name; a table with several output columns needs one for each"
    )


def test_no_hit_policy():
    """UNIQUE."""
    source = _table(["a"], ["x"], [["-", "1"], ["-", "2"]]).replace(' hitPolicy="FIRST"', "")
    assert _fails(source) == "rules 1 and 2 match, but hit policy UNIQUE allows one only"


def test_unique_and_any():
    """Two matches under UNIQUE, or different outputs under ANY, fail."""
    rows = [["-", "1"], ["-", "2"]]
    assert _fails(_table(["a"], ["x"], rows, policy="UNIQUE")).startswith("rules 1 and 2 match")
    assert _fails(_table(["a"], ["x"], rows, policy="ANY")).startswith("rules 1 and 2 match with different outputs")
    assert _value(_table(["a"], ["x"], [["-", "1"], ["-", "1"]], policy="ANY")) == 1


def test_first():
    """Only the first match's outputs are evaluated."""
    assert _value(_table(["a"], ["x"], [["-", "1"], ["-", "modulo(1, 0)"]], policy="FIRST")) == 1


@pytest.mark.parametrize(
    ("listed", "policy", "value"),
    [
        ('"c", "b", "a"', "PRIORITY", "b"),
        ('"c", "b", "a"', "OUTPUT ORDER", ["b", "a", "z"]),
        ("", "PRIORITY", "a"),
        ("", "OUTPUT ORDER", ["a", "z", "b"]),
    ],
)
def test_priority_and_output_order(listed, policy, value):
    """By the order of the listed values, others last; without a list by the order of the rules."""
    values = f"<outputValues><text>{listed}</text></outputValues>" if listed else ""
    source = _table(["a"], ["x"], [["-", '"a"'], ["-", '"z"'], ["-", '"b"']], policy=policy)
    assert _value(source.replace('<output name="x"/>', f'<output name="x">{values}</output>')) == value


def test_the_eleventh_priority_is_the_eleventh():
    """Camunda compares the positions as text; here they are in their order (and a check warns)."""
    listed = ", ".join(f'"{letter}"' for letter in "abcdefghijklm")
    source = _table(["a"], ["x"], [["-", '"m"'], ["-", '"c"']], policy="PRIORITY")
    output = f'<output name="x"><outputValues><text>{listed}</text></outputValues></output>'
    assert _value(source.replace('<output name="x"/>', output)) == "c"


@pytest.mark.parametrize("policy", ["RULE ORDER", "COLLECT"])
def test_lists(policy):
    """A list, even for one match."""
    assert _value(_table(["a"], ["x"], [["-", "1"]], policy=policy)) == [1]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("aggregation", ["", "SUM", "MIN", "MAX", "COUNT"])
def test_no_match(policy, aggregation):
    """Null for every policy and aggregation, COUNT too."""
    if aggregation and policy != "COLLECT":
        return
    attributes = f' aggregation="{aggregation}"' if aggregation else ""
    assert _value(_table(["a"], ["x"], [["1", "1"]], policy=policy, attributes=attributes), a=2) is None


@pytest.mark.parametrize("policy", POLICIES)
def test_default_output(policy):
    """It is used when nothing matches, as the bare value for lists too."""
    default = '<output name="x"><defaultOutputEntry><text>"none"</text></defaultOutputEntry></output>'
    source = _table(["a"], ["x"], [["1", "1"]], policy=policy).replace('<output name="x"/>', default)
    assert _value(source, a=2) == "none"


@pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX"])
@pytest.mark.parametrize("unfit", ["null", '"a"', 'date("2020-01-01")'])
def test_aggregation_of_numbers_only(aggregation, unfit):
    """Anything else among the outputs fails."""
    rows = [["-", "1"], ["-", unfit]]
    source = _table(["a"], ["x"], rows, policy="COLLECT", attributes=f' aggregation="{aggregation}"')
    assert _fails(source) == f"{aggregation} takes numbers, which rule 2 doesn't give"


def test_aggregation_of_several_outputs():
    """The file is refused."""
    source = _table(["a"], ["x", "y"], [["-", "1", "2"]], policy="COLLECT", attributes=' aggregation="SUM"')
    assert _refused(source) == "aggregation `SUM` needs a single output column"


def test_allowed_values_of_columns():
    """They are ignored."""
    source = _table(["a"], ["x"], [["-", '"z"']])
    source = source.replace("</inputExpression>", "</inputExpression><inputValues><text>1, 2</text></inputValues>")
    values = "<outputValues><text>&quot;a&quot;</text></outputValues>"
    assert _value(source.replace('<output name="x"/>', f'<output name="x">{values}</output>'), a=3) == "z"


def test_types_of_columns():
    """They are ignored: nothing is converted or checked."""
    source = _table(["a"], ["x"], [['"2020-01-01"', '"text"']])
    source = source.replace("<inputExpression>", '<inputExpression typeRef="date">').replace(
        '<output name="x"/>', '<output name="x" typeRef="number"/>'
    )
    assert _value(source, a="2020-01-01") == "text"


@pytest.mark.parametrize(
    ("type_ref", "text", "outcome"),
    [
        ("number", '"a"', 'decision `Route`: `"a"` isn\'t of type `number`'),
        ("dateTime", "1", "decision `Route`: `1` isn't of type `dateTime`"),
        ("string", '["a"]', "decision `Route`: a list of 1 isn't of type `string`"),
        ("string", "null", None),
        ("number", "1", 1),
        ("tAmount", '"a"', "a"),
        ("context", '"a"', "a"),
        ("date and time", "1", 1),
    ],
)
def test_type_of_a_variable(type_ref, text, outcome):
    """Eight types are checked, and a mismatch fails; null passes, and other names are ignored."""
    body = f'<variable name="route" typeRef="{type_ref}"/>{literal(text)}'
    source = definitions(decision("Route", body), camunda=True)
    if isinstance(outcome, str) and outcome.startswith("decision"):
        assert _fails(source) == outcome
    else:
        assert _value(source) == outcome


def test_empty_cells():
    """An empty input cell is met; an empty output cell is null (and a check warns, as Zeebe refuses it)."""
    assert _value(_table(["a"], ["x"], [["", "1"]])) == 1
    assert _value(_table(["a"], ["x"], [["-", ""]])) is None
    assert _refused(_table([""], ["x"], [["-", "1"]])) == "input 1 has no expression"


def test_a_cell_that_fails():
    """The decision fails, at the cell."""
    with pytest.raises(TableError) as caught:
        load(_table(["a"], ["x"], [["modulo(5, 0)", "1"]]), name="claims.dmn").evaluate("Route", {"a": 1})
    assert str(caught.value) == (
        "`modulo`: a division by zero\nclaims.dmn, decision `Route`, rule 1, input 1\n"
        "  modulo(5, 0)\n  ^^^^^^^^^^^^\nhint: Camunda fails the whole evaluation here"
    )


def test_an_expression_that_does_not_parse():
    """The whole file is refused."""
    other = decision("Other", literal("a b"))
    assert _refused(definitions(other, decision("Route", literal("1")), camunda=True)).startswith(
        "expected an operator"
    )


def test_missing_input():
    """Null: it meets `-`, and no comparison."""
    assert _value(_table(["a"], ["x"], [["< 5", "1"], ["not(< 5)", "2"], ["-", "3"]])) == 3


CONTEXT = (
    f'<context><contextEntry><variable name="n"/>{literal("1")}</contextEntry>'
    f"<contextEntry>{literal('n + 1')}</contextEntry></context>"
)
RELATION = f'<relation><column name="c"/><row>{literal("1")}</row><row>{literal("2")}</row></relation>'
KNOWLEDGE = (
    '<businessKnowledgeModel id="k_twice" name="twice"><variable name="twice"/><encapsulatedLogic>'
    f'<formalParameter name="x"/>{literal("x * 2")}</encapsulatedLogic></businessKnowledgeModel>'
)
CALL = f'<invocation>{literal("twice")}<binding><parameter name="x"/>{literal("3")}</binding></invocation>'


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (CONTEXT, 2),
        (f"<list>{literal('1')}{literal('2')}</list>", [1, 2]),
        (RELATION, [{"c": 1}, {"c": 2}]),
        (CALL, 6),
        (literal("twice(4)"), 8),
    ],
)
def test_boxed_expressions(body, value):
    """Context, list, relation, invocation and function work."""
    source = definitions(KNOWLEDGE, decision("Route", body, knows=["twice"]), camunda=True)
    assert _value(source) == value


TYPED = (
    '<businessKnowledgeModel id="k_same" name="same"><variable name="same" typeRef="string"/><encapsulatedLogic>'
    f'<formalParameter name="x" typeRef="number"/>{literal("x")}</encapsulatedLogic></businessKnowledgeModel>'
)


def _call(**bindings: str) -> str:
    bound = "".join(f'<binding><parameter name="{n}"/>{literal(text)}</binding>' for n, text in bindings.items())
    return f"<invocation>{literal('same')}{bound}</invocation>"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (_call(x="3"), 3),
        (_call(x="null"), None),
        (_call(x="3", more="4"), 3),
        (literal('same("a")'), None),
        (
            f'<context><contextEntry><variable name="n" typeRef="string"/>{literal("1")}</contextEntry></context>',
            {"n": 1},
        ),
    ],
    ids=["bound", "null", "a binding too many", "called in FEEL", "the type of an entry"],
)
def test_types_and_bindings_that_are_not_looked_at(body, value):
    """The type of a function's value, that of a context's entry, a binding that no parameter takes."""
    assert _value(definitions(TYPED, decision("Route", body, knows=["same"]), camunda=True)) == value


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (_call(), "the invocation of `same` has no binding for its parameter `x`"),
        (_call(x='"a"'), """the parameter `x`: `"a"` isn't of type `number`"""),
    ],
)
def test_an_invocation_that_does_not_fit_fails(body, message):
    """A binding for every parameter, each of its type."""
    with pytest.raises(TableError) as caught:
        _value(definitions(TYPED, decision("Route", body, knows=["same"]), camunda=True))
    assert (caught.value.message, caught.value.code) == (message, "type")


def test_all_inputs_are_visible():
    """Whether a table draws them or not; input data is a drawing only."""
    source = definitions(input_data("other"), decision("Route", literal("a + 1")), camunda=True)
    assert _value(source, a=1) == 2
