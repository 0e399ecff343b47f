"""Types of a model: what they allow, and what a value becomes under them."""

from __future__ import annotations

import pytest
from tests.dmn.dmn_text import decision, definitions, input_data, literal

from dmnroute.dmn import load

_TYPES = """
<itemDefinition name="tScore"><typeRef>number</typeRef>
  <allowedValues><text>[0..100]</text></allowedValues></itemDefinition>
<itemDefinition name="tScores" isCollection="true"><typeRef>number</typeRef>
  <allowedValues><text>[0..100]</text></allowedValues><typeConstraint><text>count(?) &lt;= 2</text></typeConstraint>
</itemDefinition>
<itemDefinition name="tEven"><typeRef>number</typeRef>
  <typeConstraint><text>even(?)</text></typeConstraint></itemDefinition>
<itemDefinition name="tPair"><itemComponent name="low"><typeRef>number</typeRef></itemComponent>
  <itemComponent name="high"><typeRef>number</typeRef></itemComponent>
  <typeConstraint><text>?.low &lt;= ?.high</text></typeConstraint></itemDefinition>
<itemDefinition name="tPairs" isCollection="true"><typeRef>tPair</typeRef></itemDefinition>
"""


@pytest.mark.parametrize(
    ("type_ref", "value", "becomes"),
    [
        ("tScore", 100, 100),
        ("tScore", 101, None),
        ("tScore", [7], 7),
        ("tScore", [None], None),
        ("tScores", [1, 2], [1, 2]),
        ("tScores", [1, 101], None),
        ("tScores", [1, 2, 3], None),
        ("tScores", 7, [7]),
        ("tScores", [1, None], [1, None]),
        ("tEven", 4, 4),
        ("tEven", 5, None),
        ("tPair", {"low": 1, "high": 2}, {"low": 1, "high": 2}),
        ("tPair", {"low": 3, "high": 2}, None),
        ("tPair", [{"low": 1, "high": 2}], {"low": 1, "high": 2}),
        ("tPair", [None], None),
        ("tPairs", {"low": 1, "high": 2}, [{"low": 1, "high": 2}]),
        ("tPairs", [{"low": 1, "high": 2}, {"low": 3, "high": 2}], None),
    ],
)
def test_allowed_values_speak_of_an_item_and_a_constraint_of_the_whole(type_ref, value, becomes):
    """Of a collection, `allowedValues` hold for each item, `typeConstraint` for all of it."""
    model = load(definitions(_TYPES, input_data("x", type_ref), decision("Route", literal("x"), inputs=["x"])))
    assert model.evaluate("Route", {"x": value}).value == becomes
    assert model.decision("Route").value({"x": value}) == becomes
    assert model.decision("Route").values([{"x": value}]) == [becomes]


def test_a_constraint_that_is_not_met_says_what_it_asks_for():
    """The notice names the type and its constraint."""
    model = load(
        definitions(_TYPES, input_data("x", "tScores"), decision("Route", literal("x"), inputs=["x"])),
        name="claims.dmn",
    )
    assert [str(notice) for notice in model.evaluate("Route", {"x": [1, 2, 3]}).notices] == [
        "input `x` is null: a list of 3 isn't an allowed value of `tScores`: count(?) <= 2\nclaims.dmn, decision `x`"
    ]


@pytest.mark.parametrize("policy", ["PRIORITY", "OUTPUT ORDER"])
def test_values_are_ordered_by_what_their_type_allows_unless_the_column_says_otherwise(policy):
    """Output values of the column come first, then the allowed values of its type."""
    risk = (
        '<itemDefinition name="tRisk"><typeRef>string</typeRef>'
        '<allowedValues><text>"high", "low"</text></allowedValues></itemDefinition>'
    )

    def routed(column):
        rules = "".join(
            f'<rule id="{value}"><inputEntry><text>-</text></inputEntry>'
            f'<outputEntry><text>"{value}"</text></outputEntry></rule>'
            for value in ("low", "high")
        )
        table = (
            f'<decisionTable hitPolicy="{policy}"><input><inputExpression><text>a</text></inputExpression></input>'
            f"{column}{rules}</decisionTable>"
        )
        value = load(definitions(risk, decision("Route", table))).evaluate("Route", {"a": 1}).value
        return value if isinstance(value, str) else value[0]

    listed = '<output name="x" typeRef="tRisk"><outputValues><text>"low", "high"</text></outputValues></output>'
    assert routed('<output name="x" typeRef="tRisk"/>') == "high"
    assert routed(listed) == "low"
    assert routed('<output name="x" typeRef="string"/>') == "low"


def test_types_of_dmn_1_1_are_qualified_names():
    """The prefix may stand for FEEL, for the model itself, or for an import, whatever it is called."""
    ages = """<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" name="ages" namespace="urn:ages"
      xmlns:f="http://www.omg.org/spec/FEEL/20140401">
      <itemDefinition name="tAge"><typeRef>f:number</typeRef><allowedValues><text>[0..150]</text></allowedValues>
      </itemDefinition></definitions>"""
    people = """<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" name="people" namespace="urn:people"
      xmlns:f="http://www.omg.org/spec/FEEL/20140401" xmlns:me="urn:people" xmlns:ages="urn:ages">
      <import namespace="urn:ages" locationURI="ages.dmn" importType="http://www.omg.org/spec/DMN/20151101/dmn.xsd"/>
      <itemDefinition name="tPerson"><itemComponent name="age"><typeRef>ages:tAge</typeRef></itemComponent>
        <itemComponent name="name"><typeRef>f:string</typeRef></itemComponent></itemDefinition>
      <inputData id="i" name="person"><variable name="person" typeRef="me:tPerson"/></inputData>
      <decision id="d" name="Person"><informationRequirement><requiredInput href="#i"/></informationRequirement>
        <literalExpression typeRef="me:tPerson"><text>person</text></literalExpression></decision></definitions>"""
    person = load(people, resolver=lambda _: ages.encode()).decision("Person")
    assert person.value({"person": {"age": 30, "name": "Ada"}}) == {"age": 30, "name": "Ada"}
    assert person.value({"person": {"age": 200, "name": "Ada"}}) is None
    assert person.value({"person": {"age": 30, "name": 1}}) is None


def test_a_name_that_a_tool_broke_into_lines_has_spaces():
    """What stands in the diagram on two lines is one name."""
    broken = 'id="i" name="Monthly&#10;Salary"'
    model = load(
        definitions(
            f'<inputData {broken}><variable name="Monthly&#10;Salary"/></inputData>',
            '<decision id="d" name="Yearly&#13;&#10;Salary"><informationRequirement><requiredInput href="#i"/>'
            f"</informationRequirement>{literal('12 * Monthly Salary')}</decision>",
        )
    )
    assert model.evaluate("Yearly Salary", {"Monthly Salary": 10}).value == 120
