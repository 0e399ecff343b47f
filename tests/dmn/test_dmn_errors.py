"""What is wrong with a file is said in words that its author can act on; whole messages are compared."""

from __future__ import annotations

import pytest
from tests.dmn.dmn_text import decision, definitions, input_data, literal, one_table

from dmnroute.dmn import load
from dmnroute.dmn.checks import check
from dmnroute.errors import DmnrouteError, FeelError, TableError, UsageError

ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
BOMB = ENTITIES + definitions(decision("Route", literal("1"))).replace(">1<", ">&b;<")
NESTED = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
ATTRIBUTE_BOMB = f'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{NESTED}]>' + definitions().replace('"m"', '"&a11;"')
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + definitions()

NO_DTD = """\
the file declares a document type or entities (`<!DOCTYPE`), which isn't read
claims.dmn
hint: DMN files need none; remove the declaration"""

BROKEN = {
    "an entity bomb": (BOMB, NO_DTD),
    "an entity bomb in an attribute": (ATTRIBUTE_BOMB, NO_DTD),
    "an entity that points outside": (OUTSIDE, NO_DTD),
    "a document type in another encoding": (BOMB.encode("utf-16"), NO_DTD),
    "an empty file": (b" ", "the file is empty\nclaims.dmn"),
    "a process": (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
        """\
not a DMN model: the outermost element is `{http://www.omg.org/spec/BPMN/20100524/MODEL}definitions`
claims.dmn
hint: `definitions` of DMN 1.1, 1.2, 1.3, 1.4, 1.5, 1.6 are read""",
    ),
    "an unknown hit policy": (
        one_table(["amount"], ["agent"], [["1", '"x"']], policy="FRIST"),
        """\
unknown hit policy `FRIST`; did you mean `FIRST`?
claims.dmn, decision `Route`
hint: hit policies are UNIQUE, FIRST, PRIORITY, ANY, COLLECT, RULE ORDER, OUTPUT ORDER""",
    ),
    "an unknown aggregation": (
        one_table(["amount"], ["agent"], [["1", "2"]], policy="COLLECT", attributes=' aggregation="AVG"'),
        """\
unknown aggregation `AVG`
claims.dmn, decision `Route`
hint: aggregations are SUM, COUNT, MIN, MAX""",
    ),
    "an aggregation without COLLECT": (
        one_table(["amount"], ["agent"], [["1", "2"]], attributes=' aggregation="SUM"'),
        "aggregation `SUM` goes with hit policy COLLECT, not FIRST\nclaims.dmn, decision `Route`",
    ),
    "an aggregation of several columns": (
        one_table(["a"], ["b", "c"], [["1", "2", "3"]], policy="COLLECT", attributes=' aggregation="SUM"'),
        "aggregation `SUM` needs a single output column\nclaims.dmn, decision `Route`",
    ),
    "a required decision that isn't there": (
        definitions(decision("Route", literal("1"), requires=["Quality"])),
        """\
the required decision `d_Quality` isn't in the file (line 2)
claims.dmn, decision `Route`
hint: draw the requirement anew, or remove it""",
    ),
    "input data that is required as a decision": (
        definitions(input_data("x"), decision("Route", literal("x"), requires=["x"]).replace("#d_x", "#i_x")),
        """\
`x` is required as decision, which it isn't
claims.dmn, decision `Route`
hint: draw the requirement anew, or remove it""",
    ),
    "decisions in a circle": (
        definitions(
            decision("Guard", literal("1"), requires=["Quality"]),
            decision("Quality", literal("1"), requires=["Route"]),
            decision("Route", literal("1"), requires=["Guard"]),
        ),
        """\
decisions require each other in a circle: `Guard` → `Quality` → `Route` → `Guard`
claims.dmn, decision `Guard`
hint: one of these requirements has to go""",
    ),
    "a rule with too few cells": (
        one_table(["a", "b"], ["agent"], [["1", "2", '"x"'], ["1", '"x"']]),
        "rule 2 has 0 output cells, but the table has 1 output column\nclaims.dmn, decision `Route`, rule 2",
    ),
    "two decisions of one name": (
        definitions(decision("Route", literal("1")), decision("Route", literal("2")).replace("d_Route", "d_Other")),
        """\
several elements are named `Route`
claims.dmn
hint: a name stands for one thing; rename all but one""",
    ),
    "two elements of one id": (
        definitions(decision("A", literal("1")), decision("B", literal("2")).replace("d_B", "d_A")),
        "several elements have the id `d_A`\nclaims.dmn",
    ),
    "two rules of one id": (
        one_table(["a"], ["agent"], [["1", "2"], ["2", "3"]], ids=["r", "r"]),
        "several rules have the id `r`\nclaims.dmn, decision `Route`",
    ),
    "a decision without a name": (
        definitions('<decision id="d_1"><literalExpression><text>1</text></literalExpression></decision>'),
        "the element `d_1` (line 2) has no name\nclaims.dmn",
    ),
    "an input column without expression": (
        one_table([""], ["agent"], [["1", "2"]]),
        """\
input 1 has no expression
claims.dmn, decision `Route`, input 1
hint: say what the column looks at, such as `last.confidence`""",
    ),
    "no output column": (
        one_table(["a"], [], [["1"]]),
        "the table has no output column\nclaims.dmn, decision `Route`",
    ),
    "a nameless output column among several": (
        one_table(["a"], ["agent", ""], [["1", "2", "3"]]),
        """\
output 2 has no name; a table with several output columns needs one for each
claims.dmn, decision `Route`, output 2""",
    ),
    "two output columns of one name": (
        one_table(["a"], ["agent", "agent"], [["1", "2", "3"]]),
        "several output columns are named `agent`\nclaims.dmn, decision `Route`",
    ),
    "a priority that is no list": (
        one_table(["a"], ["agent"], [["1", '"x"']], policy="PRIORITY").replace(
            '<output name="agent"/>',
            '<output name="agent"><outputValues><text>&lt; 3</text></outputValues></output>',
        ),
        """\
hit policy PRIORITY needs the output values as a list, the most important first
claims.dmn, decision `Route`, output agent
  < 3
  ^^^
hint: such as `"reject", "review", "accept"`""",
    ),
    "another expression language": (
        definitions(
            decision("Route", '<literalExpression expressionLanguage="juel"><text>1</text></literalExpression>')
        ),
        """\
expression language `juel` can't be evaluated
claims.dmn, decision `Route`
hint: expressions are written in FEEL; remove the attribute `expressionLanguage`""",
    ),
    "another expression language of the whole file": (
        definitions(decision("Route", literal("1"))).replace(' id="m"', ' expressionLanguage="http://x.org/xpath"'),
        """\
expression language `http://x.org/xpath` can't be evaluated
claims.dmn
hint: expressions are written in FEEL; remove the attribute `expressionLanguage`""",
    ),
    "a relation with too few cells": (
        definitions(
            decision("Route", f'<relation><column name="a"/><column name="b"/><row>{literal("1")}</row></relation>')
        ),
        "row 1 has 1 cell, but the relation has 2 columns\nclaims.dmn, decision `Route`, rule 1",
    ),
    "a conditional without a branch": (
        definitions(
            decision("Route", f"<conditional><if>{literal('1')}</if><then>{literal('1')}</then></conditional>")
        ),
        "the `else` of a conditional has no expression\nclaims.dmn, decision `Route`",
    ),
    "a filter without a condition": (
        definitions(decision("Route", f"<filter><in>{literal('1')}</in></filter>")),
        "the `match` of a filter has no expression\nclaims.dmn, decision `Route`",
    ),
    "a loop without a list": (
        definitions(decision("Route", f'<for iteratorVariable="x"><return>{literal("1")}</return></for>')),
        "the `in` of a `for` has no expression\nclaims.dmn, decision `Route`",
    ),
    "a function in another language": (
        definitions(decision("Route", f'<functionDefinition kind="Java">{literal("1")}</functionDefinition>')),
        """\
a function of kind `Java` can't be evaluated
claims.dmn, decision `Route`
hint: functions are written in FEEL""",
    ),
    "types in a circle": (
        definitions(
            '<itemDefinition name="tA"><typeRef>tB</typeRef></itemDefinition>',
            '<itemDefinition name="tB" isCollection="true"><typeRef>tA</typeRef></itemDefinition>',
        ),
        """\
types mean each other in a circle: `tA` → `tB` → `tA`
claims.dmn""",
    ),
    "an import that can't be found": (
        definitions('<import namespace="other" name="rates"/>'),
        "the imported model `rates` can't be found\nclaims.dmn",
    ),
    "types in a circle that others lead to": (
        definitions(
            '<itemDefinition name="tX"><typeRef>tB</typeRef></itemDefinition>',
            '<itemDefinition name="tA"><typeRef>tB</typeRef></itemDefinition>',
            '<itemDefinition name="tB"><typeRef>tA</typeRef></itemDefinition>',
        ),
        "types mean each other in a circle: `tB` → `tA` → `tB`\nclaims.dmn",
    ),
}


@pytest.mark.parametrize(("source", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_says_what_is_wrong_and_where(source, message):
    """Loading raises one error with what was wrong, where, and what to do."""
    with pytest.raises(TableError) as caught:
        load(source, name="claims.dmn")
    assert str(caught.value) == message


def test_a_syntax_error_in_a_cell_points_at_it():
    """A FEEL error names file, decision, rule and column, and shows the cell with a caret."""
    with pytest.raises(FeelError) as caught:
        load(one_table(["a"], ["agent"], [["1", '"x"'], ["< 0.8 0", '"y"']]), name="claims.dmn")
    rendered = str(caught.value).split("\n")
    assert rendered[1:] == ["claims.dmn, decision `Route`, rule 2, input 1", "  < 0.8 0", "        ^"]


def test_malformed_xml_names_the_line():
    """A file that breaks off says where."""
    source = definitions(decision("Route", literal("1"))).replace("</decision>", "")
    with pytest.raises(TableError) as caught:
        load(source, name="claims.dmn")
    assert caught.value.code == "xml_syntax"
    assert str(caught.value).startswith("the file isn't well-formed XML, line 3: ")
    assert "  </definitions>\n" in str(caught.value)


def test_a_file_that_is_too_large_is_not_read():
    """There is a limit, and the message gives both sizes."""
    with pytest.raises(TableError) as caught:
        load(b" " * 16_000_001, name="claims.dmn")
    assert str(caught.value) == ("the file has 16,000,001 bytes; the most that is read is 16,000,000\nclaims.dmn")


@pytest.mark.parametrize(
    "source",
    [
        definitions("<x>" * 5000 + "</x>" * 5000),
        definitions(decision("Route", "<list>" * 300 + literal("1") + "</list>" * 300)),
        definitions(decision("Route", literal("(" * 100_000 + "1" + ")" * 100_000))),
        b"\x00\x01\x02PK",
        b"\xff\xfe<\x00",
        "<",
    ],
    ids=["deep elements", "deep lists", "deep parentheses", "binary", "half a file", "a bracket"],
)
def test_hostile_input_gets_an_error_of_ours(source):
    """Whatever a file holds, it ends as a named error."""
    with pytest.raises(DmnrouteError):
        load(source)


def test_a_missing_file_is_the_callers_mistake():
    """A path that can't be read is a UsageError with the system's reason."""
    with pytest.raises(UsageError) as caught:
        load("no/such/claims.dmn")
    assert str(caught.value) == "can't read `no/such/claims.dmn`: no such file or directory"


@pytest.mark.parametrize("source", [5, None, ["claims.dmn"]])
def test_what_is_no_file_at_all_is_refused(source):
    """A mistake of the caller, named as one."""
    with pytest.raises(UsageError) as caught:
        load(source)
    assert str(caught.value) == f"a DMN file is a path, text or bytes, not `{type(source).__name__}`"


@pytest.mark.parametrize("name", [None, 1])
def test_a_decision_is_asked_for_by_name(name):
    """Neither by its number nor by nothing."""
    with pytest.raises(UsageError) as caught:
        load(one_table(["a"], ["agent"], [["1", "2"]])).decision(name)
    assert str(caught.value) == f"a decision has a name, not `{type(name).__name__}`"


def test_an_unknown_decision_lists_what_there_is():
    """Asking for a decision that isn't there suggests one that is."""
    with pytest.raises(TableError) as caught:
        load(one_table(["a"], ["agent"], [["1", "2"]]), name="claims.dmn").decision("Rout")
    assert str(caught.value) == "no decision `Rout`; did you mean `Route`?\nclaims.dmn\nhint: the file has `Route`"


def test_loading_raises_the_first_of_several_errors_and_counts_the_rest():
    """One error at a time is raised; a check lists all of them."""
    source = one_table(["a", ""], ["agent", "agent"], [["1", "2", "3"], ["<", "1", "2", "3"]])
    with pytest.raises(TableError) as caught:
        load(source)
    assert caught.value.hint.endswith("; 3 more errors in this file; check lists all")
    codes = [finding.code for finding in check(source)]
    assert codes == ["missing_expression", "duplicate_output", "cell_count", "feel_syntax"]


def test_a_rule_set_that_contradicts_unique_is_an_error_under_camunda():
    """Two matches under UNIQUE fail the decision, with the rules' numbers."""
    rules = [["> 1", '"x"'], ["> 5", '"y"'], ["> 2", '"z"']]
    model = load(one_table(["a"], ["agent"], rules, policy="UNIQUE", camunda=True), name="claims.dmn")
    with pytest.raises(TableError) as caught:
        model.evaluate("Route", {"a": 6})
    assert str(caught.value) == (
        "rules 1, 2 and 3 match, but hit policy UNIQUE allows one only\nclaims.dmn, decision `Route`"
    )


def test_a_rule_set_that_contradicts_any_is_null_with_a_notice_by_the_standard():
    """Different outputs under ANY make null, and the notice names two rules that differ."""
    rules = [["> 1", '"x"'], ["> 2", '"x"'], ["> 3", '"y"']]
    result = load(one_table(["a"], ["agent"], rules, policy="ANY"), name="claims.dmn").evaluate("Route", {"a": 6})
    assert result.value is None
    assert [str(notice) for notice in result.notices] == [
        "rules 1 and 3 match with different outputs, but hit policy ANY wants equal ones\nclaims.dmn, decision `Route`"
    ]


def test_an_import_is_of_the_namespace_that_is_asked_for():
    """A resolver that gives another model is told."""
    source = definitions('<import namespace="rates" name="rates"/>')
    with pytest.raises(TableError) as caught:
        load(source, name="claims.dmn", resolver=lambda _: definitions(model="fees").encode())
    assert str(caught.value) == "the imported model `rates` has the namespace `fees`, not `rates`\nclaims.dmn"


def test_a_chain_of_thousands_of_types_is_read():
    """Each type is looked at once; a value that is held to all of them is an error, not a hang."""
    chain = [f'<itemDefinition name="t{n}"><typeRef>t{n + 1}</typeRef></itemDefinition>' for n in range(20_000)]
    model = load(definitions(*chain, input_data("a", "t0"), decision("Route", literal("a"), inputs=["a"])))
    with pytest.raises(FeelError) as caught:
        model.decision("Route").value({"a": 1})
    assert caught.value.message == "a value is nested too deeply, or functions call each other too deeply"


def test_a_file_without_decisions_says_so():
    """There is nothing that could be meant."""
    with pytest.raises(TableError) as caught:
        load(definitions(), name="claims.dmn").decision("Route")
    assert str(caught.value) == "no decision `Route`\nclaims.dmn\nhint: the file has no decisions"


def test_outputs_that_have_no_order_have_no_maximum():
    """The notice names the rules whose output can't be taken."""
    rules = [["-", '"b"'], ["-", "1"]]
    source = one_table(["a"], ["x"], rules, policy="COLLECT", attributes=' aggregation="MAX"')
    result = load(source, name="claims.dmn").evaluate("Route", {"a": 1})
    assert (result.value, [str(notice) for notice in result.notices]) == (
        None,
        ["MAX can't be taken of the output of rule 1\nclaims.dmn, decision `Route`"],
    )


def test_true_and_one_are_different_outputs():
    """Python's equality of true and 1 doesn't make ANY agree."""
    result = load(one_table(["a"], ["x"], [["-", "true"], ["-", "1"]], policy="ANY")).evaluate("Route", {"a": 1})
    assert result.value is None
    assert [notice.kind for notice in result.notices] == ["hit_policy"]


def test_endless_recursion_ends_as_an_error():
    """A function that calls itself for ever is stopped."""
    function = (
        '<businessKnowledgeModel id="k_f" name="f"><encapsulatedLogic><formalParameter name="x"/>'
        f"{literal('f(x + 1)')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    model = load(definitions(function, decision("Route", literal("f(1)"), knows=["f"])))
    with pytest.raises(FeelError) as caught:
        model.evaluate("Route", {})
    assert caught.value.code == "feel_limit"


def test_functions_that_call_each_other_through_tables_end_as_an_error():
    """Recursion through boxed expressions can't overflow Python's stack."""
    body = "<context><contextEntry><list><list>{}</list></list></contextEntry></context>"
    call = "<invocation>" + literal("f") + f'<binding><parameter name="x"/>{literal("x")}</binding></invocation>'
    function = (
        '<businessKnowledgeModel id="k_f" name="f"><encapsulatedLogic><formalParameter name="x"/>'
        f"{body.format(call)}</encapsulatedLogic></businessKnowledgeModel>"
    )
    model = load(definitions(function, decision("Route", literal("f(1)"), knows=["f"])))
    with pytest.raises(FeelError) as caught:
        model.evaluate("Route", {})
    assert caught.value.code == "feel_limit"


def test_a_chain_of_thousands_of_decisions_is_evaluated():
    """The depth of the requirements graph is no limit."""
    links = [decision(f"A{n}", literal(f"A{n - 1} + 1"), requires=[f"A{n - 1}"]) for n in range(1, 2000)]
    assert load(definitions(decision("A0", literal("1")), *links)).decision("A1999").value({}) == 2000


def test_an_input_that_is_nested_too_deeply_is_an_error():
    """A value of a hundred thousand levels doesn't overflow the stack."""
    value: dict[str, object] = {}
    for _ in range(100_000):
        value = {"a": value}
    with pytest.raises(FeelError) as caught:
        load(definitions(decision("Route", literal("x")))).evaluate("Route", {"x": value})
    assert caught.value.code == "feel_limit"
