"""How a model is evaluated: names in scope, laziness, overrides, traces, explanations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel
from tests.dmn.dmn_text import decision, definitions, input_data, literal, one_table, table

from dmnroute.dmn import load
from dmnroute.dmn.scope import Origin
from dmnroute.errors import TableError, UsageError
from dmnroute.feel import compile

INVOICES = Path(__file__).parent / "golden" / "invoice_routing_first" / "table.dmn"
RUN = {"last": {"status": "ok", "confidence": 0.7}, "facts": {"total": 12}, "budget": {"ratio": 0.5}}


def test_the_dialect_is_that_of_the_file_unless_it_is_given():
    """A file modelled for Camunda 8 is read as one; the caller may say otherwise."""
    assert load(INVOICES).definitions.dialect == "camunda"
    assert load(INVOICES, dialect="dmn").definitions.dialect == "dmn"
    assert load(definitions(decision("Route", literal("1")))).definitions.dialect == "dmn"


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
        "https://www.omg.org/spec/DMN/20240513/MODEL/",
    ],
)
def test_every_version_of_the_standard_is_read(namespace):
    """DMN 1.1 to 1.6 differ in their namespaces only."""
    assert load(definitions(decision("Route", literal("1 + 1")), namespace=namespace)).evaluate("Route", {}).value == 2


@pytest.mark.parametrize("name", ["score", "Score of a run", "d_Score"])
def test_a_required_decision_is_visible_by_variable_name_and_id(name):
    """Whatever name a table uses for a required decision, it finds the value."""
    score = f'<decision id="d_Score" name="Score of a run"><variable name="score"/>{literal("40 + 2")}</decision>'
    route = decision("Route", literal(name), requires=["Score"])
    assert load(definitions(score, route)).evaluate("Route", {}).value == 42


def test_a_decision_sees_only_what_it_requires_by_the_standard():
    """Declared input data that isn't required is unknown, and a notice says so."""
    model = load(definitions(input_data("amount"), decision("Route", literal("amount"))))
    result = model.evaluate("Route", {"amount": 1})
    assert result.value is None
    assert [notice.kind for notice in result.notices] == ["unknown_name"]


def test_inputs_that_the_model_does_not_declare_are_visible_everywhere():
    """A table without any drawing of its inputs still reads what the caller gives."""
    assert (
        load(one_table(["last.confidence"], ["agent"], [[">= 0.9", '"book"']]))
        .evaluate("Route", {"last": {"confidence": 0.95}})
        .value
        == "book"
    )


def test_declared_input_data_that_is_not_given_is_null_without_a_notice():
    """Data that isn't there yet is no mistake."""
    model = load(definitions(input_data("amount"), decision("Route", literal("amount"), inputs=["amount"])))
    result = model.evaluate("Route", {})
    assert (result.value, result.notices) == (None, ())


def test_each_required_decision_is_evaluated_once_and_is_in_the_result():
    """A decision that two others require appears once, with its own trace."""
    result = load(INVOICES).evaluate("Route", RUN)
    assert list(result.required) == ["Guard", "Quality"]
    assert result.required["Quality"].value == "fair"
    assert [rule.index for rule in result.required["Quality"].matched] == [3]


def test_a_matched_rule_has_its_outputs_by_name_and_its_note():
    """The trace says which rule decided, what it gave, and why its author wrote it."""
    result = load(INVOICES).evaluate("Route", {**RUN, "budget": {"ratio": 2}})
    (rule,) = result.matched
    assert (rule.index, rule.id, rule.description) == (1, "route_rule1", "never spend more than agreed")
    assert rule.outputs == {"agent": None, "action": "fail", "reason": "budget used up"}
    assert result.hit_policy == "FIRST"


def test_the_only_output_column_gives_a_bare_value_under_its_name():
    """One column: the value is bare, and the rule's outputs carry the column's name."""
    result = load(one_table(["a"], ["agent"], [["1", '"book"']])).evaluate("Route", {"a": 1})
    assert result.value == "book"
    assert result.matched[0].outputs == {"agent": "book"}


def test_inputs_of_the_trace_have_label_expression_and_value():
    """The trace shows what each column looked at."""
    inputs = load(INVOICES).evaluate("Route", RUN).inputs
    assert [(each.label, each.text, each.value) for each in inputs] == [
        ("Guard", "guard", "go"),
        ("Status", "last.status", "ok"),
        ("Quality", "quality", "fair"),
        ("Total", "facts.total", 12),
    ]


def test_a_notice_of_an_input_expression_belongs_to_its_column():
    """Why an input is null stands beside it, with its place."""
    result = load(one_table(["a", "b.c"], ["x"], [["-", "1", "2"]])).evaluate("Route", {"a": 1, "b": 5})
    assert result.inputs[0].notices == ()
    (notice,) = result.inputs[1].notices
    assert str(notice.place) == "decision `Route`, input 2"


def test_only_the_first_match_of_first_is_evaluated():
    """Outputs below the first match aren't looked at: an unknown name in them makes no notice."""
    rules = [["-", "1"], ["-", "nobody"]]
    assert load(one_table(["a"], ["x"], rules)).evaluate("Route", {"a": 1}).notices == ()
    assert load(one_table(["a"], ["x"], rules, policy="COLLECT")).evaluate("Route", {"a": 1}).notices != ()


def test_an_override_stands_in_for_a_decision_and_what_it_requires():
    """A value given for a decision is used in place of its logic."""
    result = load(INVOICES).evaluate("Route", RUN, overrides={"Guard": "stop"})
    assert [rule.index for rule in result.matched] == [1]
    assert "Guard" not in result.required


def test_now_is_an_argument():
    """The clock comes from the caller."""
    now = datetime(2026, 2, 3, 4, 5, tzinfo=UTC)
    model = load(definitions(decision("Route", literal("now()"))))
    assert model.evaluate("Route", {}, now=now).value == now
    assert model.evaluate("Route", {}).value is None


def test_an_empty_output_cell_is_null():
    """Nothing written means nothing set."""
    result = load(one_table(["a"], ["agent", "reason"], [["1", '"book"', ""]])).evaluate("Route", {"a": 1})
    assert result.value == {"agent": "book", "reason": None}


def test_explain_names_the_nearest_rule_and_what_it_missed():
    """When nothing matches, the rule with the fewest unmet cells is shown with the values that missed."""
    rules = [[">= 0.9", '"ok"', '"book"'], ["< 0.5", '"failed"', '"retry"'], ["-", '"late"', '"wait"']]
    model = load(one_table(["confidence", "status"], ["agent"], rules))
    explanation = model.decision("Route").explain({"confidence": 0.7, "status": "ok"})
    assert explanation.nearest is not None
    assert explanation.nearest.index == 1
    assert str(explanation) == "no rule of `Route` matched; nearest is rule 1: `confidence` is `0.7`, not `>= 0.9`"
    assert [[cell.met for cell in rule.cells] for rule in explanation.rules] == [
        [False, True],
        [False, False],
        [True, False],
    ]


def test_explain_tells_a_null_test_from_an_unmet_one():
    """A comparison with data that isn't there is neither met nor unmet."""
    explanation = load(one_table(["a"], ["x"], [["> 1", "1"]])).decision("Route").explain({"a": None})
    assert explanation.rules[0].cells[0].met is None
    assert str(explanation) == "no rule of `Route` matched; nearest is rule 1: `a` is null, not `> 1`"


def test_explain_of_a_match_and_of_an_expression():
    """A match is said in a sentence; a decision that is no table has no rules."""
    model = load(
        definitions(decision("Route", table(["a"], ["x"], [["1", "1"], ["-", "2"]])), decision("B", literal("1")))
    )
    assert str(model.decision("Route").explain({"a": 1})) == "rules 1, 2 of `Route` matched"
    assert str(model.decision("B").explain({})) == "`B` has no rules"


def test_references_say_what_is_read_where_and_from_where():
    """A layer above can check every path against the names that it provides."""
    score = decision("Score", literal("last.confidence * 2"))
    body = table(["d_Score", "facts.total"], ["x"], [["> limit", "-", "facts.kind"]])
    found = [
        (str(place), ".".join(reference.names), origin)
        for place, reference, origin in load(
            definitions(score, decision("Route", body, requires=["Score"]))
        ).references()
    ]
    assert found == [
        ("decision `Score`", "last.confidence", Origin.OUTSIDE),
        ("decision `Route`, input 1", "d_Score", Origin.DECISION),
        ("decision `Route`, input 2", "facts.total", Origin.OUTSIDE),
        ("decision `Route`, rule 1, input 1", "limit", Origin.OUTSIDE),
        ("decision `Route`, rule 1, output x", "facts.kind", Origin.OUTSIDE),
    ]


def test_a_decision_service_is_a_function_of_its_inputs():
    """A service evaluates its output decision over the inputs that it is given."""
    service = (
        '<decisionService id="k_s" name="price"><outputDecision href="#d_Price"/><inputData href="#i_amount"/>'
        "</decisionService>"
    )
    price = decision("Price", literal("amount * 2"), inputs=["amount"])
    route = decision("Route", literal("price(21)"), knows=["s"])
    model = load(definitions(input_data("amount"), price, service, route))
    assert model.evaluate("Route", {}).value == 42
    assert model.invoke("price", {"amount": 4}) == 8


class _Given(BaseModel):
    amount: Decimal
    due: date | None = None


@dataclass
class _Also:
    amount: int
    due: date


def test_inputs_are_a_mapping_a_dataclass_or_a_model():
    """Whatever has names; everything else is the caller's mistake."""
    source = definitions(
        input_data("amount"), input_data("due"), decision("Route", literal("[amount, due]"), inputs=["amount", "due"])
    )
    model = load(source)
    day = date(2024, 2, 29)
    for given in ({"amount": 5, "due": day}, _Also(5, day), _Given(amount=Decimal(5), due=day)):
        assert model.evaluate("Route", given).value == [5, day]
        assert model.decision("Route").value(given) == [5, day]
        assert compile("[amount, due]").evaluate(given).value == [5, day]
    with pytest.raises(UsageError) as caught:
        model.evaluate("Route", [5])  # type: ignore[arg-type]  # wrong on purpose
    assert str(caught.value) == "inputs have names: a mapping, a dataclass or a model, not `list`"


def test_a_business_knowledge_model_is_invoked_by_its_name():
    """Its parameters are the arguments; one that is left out is null, as is what the types refuse."""
    function = (
        '<businessKnowledgeModel id="k_f" name="with tax"><encapsulatedLogic>'
        '<formalParameter name="net" typeRef="number"/><formalParameter name="rate"/>'
        f"{literal('net * (1 + (if rate = null then 0 else rate))')}"
        "</encapsulatedLogic></businessKnowledgeModel>"
    )
    model = load(definitions(function), name="tax.dmn")
    assert model.parameters("with tax") == ("net", "rate")
    assert model.invoke("with tax", {"net": 100, "rate": Decimal("0.19")}) == Decimal("119.00")
    assert model.invoke("with tax", {"net": 100}) == 100
    assert model.invoke("with tax", {"net": "much"}) is None
    with pytest.raises(TableError) as caught:
        model.invoke("with tax", {"ner": 100})
    assert str(caught.value) == "`with tax` has no parameter `ner`; did you mean `net`?\ntax.dmn"
    with pytest.raises(TableError) as caught:
        model.invoke("with tacks", {})
    assert str(caught.value) == (
        "no decision service or business knowledge model `with tacks`; did you mean `with tax`?\ntax.dmn"
    )


def test_output_values_constrain_the_outputs():
    """By the standard an output outside of the listed values is null, with a reason; Camunda doesn't look at them."""
    rows = [["1", '"book"'], ["2", '"bok"'], ["3", '["book", "ask"]'], ["4", '["book", "no"]'], ["5", "null"]]
    listed = one_table(["a"], ["x"], rows).replace(
        '<output name="x"/>', '<output name="x"><outputValues><text>"book", "ask"</text></outputValues></output>'
    )
    model = load(listed, name="claims.dmn")
    assert [model.decision("Route").value({"a": n}) for n in range(1, 6)] == [
        "book",
        None,
        ["book", "ask"],
        None,
        None,
    ]
    assert [str(notice) for notice in model.evaluate("Route", {"a": 2}).notices] == [
        'the output `"bok"` isn\'t among "book", "ask"\nclaims.dmn, decision `Route`, rule 2, output x\n'
        '  "bok"\n  ^^^^^'
    ]
    assert load(listed, dialect="camunda").evaluate("Route", {"a": 2}).value == "bok"


def test_an_imported_model_is_found_beside_the_file(tmp_path):
    """Types, functions and decisions of an import are used under its name."""
    function = (
        '<businessKnowledgeModel id="k_twice" name="twice"><encapsulatedLogic><formalParameter name="x"/>'
        f"{literal('x * 2')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    rates = decision("Rate", literal("5"))
    (tmp_path / "rates.dmn").write_text(definitions(function, rates, model="rates"), "utf-8")
    route = decision("Route", literal("lib.twice(lib.Rate)"), knows=["twice"], requires=["Rate"])
    route = route.replace("#k_twice", "rates#k_twice").replace("#d_Rate", "rates#d_Rate")
    main = definitions('<import namespace="rates" name="lib"/>', route)
    (tmp_path / "main.dmn").write_text(main, "utf-8")
    assert load(tmp_path / "main.dmn").evaluate("Route", {}).value == 10
    resolver = {"rates": (tmp_path / "rates.dmn").read_bytes()}
    assert load(main, resolver=lambda wanted: resolver.get(wanted.namespace)).evaluate("Route", {}).value == 10
