"""The index finds what a scan of all rules finds, and leaves the same notices."""

from __future__ import annotations

import re
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dmn.dmn_text import one_table

from dmnroute.dmn import load
from dmnroute.dmn.compiled import Typed
from dmnroute.dmn.index.cells import cell_of_tree
from dmnroute.dmn.index.plain import plain_tests
from dmnroute.dmn.model import HitPolicyName
from dmnroute.dmn.run import Run
from dmnroute.dmn.table import TableLogic
from dmnroute.errors import TableError
from dmnroute.feel import Evaluation, unary_tests
from dmnroute.feel.values import from_python

NUMBERS = ["0", "1", "2", "0.1", "-1", "9007199254740993", "0.30000000000000004", "0.3"]
TEXTS = ['"a"', '"b"', '"ab"', '""']
numbers = st.sampled_from(NUMBERS)
texts = st.sampled_from(TEXTS)
operators = st.sampled_from(["<", "<=", ">", ">="])
number_tests = st.one_of(
    numbers,
    st.builds("{} {}".format, operators, numbers),
    st.builds("{}{}..{}{}".format, st.sampled_from("[(]"), numbers, numbers, st.sampled_from("])[")),
    st.builds("{} {}".format, st.sampled_from(["=", "!="]), numbers),
)
text_tests = st.one_of(
    texts,
    st.builds("{} {}".format, operators, texts),
    st.builds("[{}..{})".format, texts, texts),
    st.builds("!= {}".format, texts),
)
others = st.sampled_from(["null", "true", "false", "other", "? = other", "[1, 2]", 'date("2020-01-01")', "< other"])


def _cell(tests, most=3):
    joined = st.lists(tests, min_size=1, max_size=most).map(", ".join)
    return st.one_of(joined, joined.map("not({})".format))


def _without_equality(cell):
    """Camunda has no `= 5` and `!= 5` for tests."""
    return re.sub(r"(?<![<>?!] )(?<![<>?!])!?= ", "", cell) if "?" not in cell else cell


cells = st.one_of(
    st.just("-"),
    _cell(number_tests),
    _cell(text_tests),
    _cell(texts),
    _cell(others),
    _cell(st.one_of(texts, numbers, others)),
)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, 2, -1, 3, 2**53, 2**53 + 1, 2**53 + 2, -(2**53), 10**20]),
    st.sampled_from([0.1, 0.3, 0.30000000000000004, -0.0, 1.0, 5e-324, 1e300, 0.1 + 0.7]),
    st.sampled_from(NUMBERS).map(Decimal),
    st.sampled_from(["a", "b", "ab", "", "c", "a\0", "\U0001f40e"]),
    st.sampled_from([[1], {"x": 1}, ["a"]]),
)


@st.composite
def tables(draw, columns=2):
    """Tables whose columns lean to one kind of cell, as people write them."""
    kinds = [
        draw(st.sampled_from([_cell(number_tests), _cell(texts), _cell(text_tests), cells])) for _ in range(columns)
    ]
    row = st.tuples(*(st.one_of(st.just("-"), kind, kind) for kind in kinds), st.integers(1, 3).map(str))
    return draw(st.lists(row, min_size=draw(st.sampled_from([1, 10])), max_size=16))


keys = st.sampled_from(["a", "b", "c", "d", "e", "f"])


@st.composite
def keyed_tables(draw):
    """Tables with a column that tells rules apart by their texts, and one of numbers."""
    key = st.one_of(
        keys.map('"{}"'.format), keys.map('"{}"'.format), st.sampled_from(["-", 'not("a")', "null", '"a", "b"'])
    )
    row = st.tuples(key, st.one_of(st.just("-"), _cell(number_tests)), st.integers(1, 3).map(str))
    return draw(st.lists(row, min_size=8, max_size=24))


def _logic(decision):
    logic = decision._unit.logic
    logic = logic.logic if isinstance(logic, Typed) else logic
    assert isinstance(logic, TableLogic)
    return logic


def _outcome(model, inputs, matcher_of):
    """Matched rules, value, notices or the error, with the matcher that is asked for."""
    decision = model.decision("Route")
    logic = _logic(decision)
    run = Run(logic.types)
    scope = model.execution(inputs, run, trace=False).scope(decision._unit)
    cells = logic.look(scope, run)
    try:
        matched = list(matcher_of(logic).match(cells.values, scope, run))
    except TableError as error:
        return str(error)
    return matched, run.notices


@given(tables(), values, values, values, st.booleans())
@settings(max_examples=400)
def test_the_index_matches_what_a_scan_matches(table, a, b, other, camunda):
    """The same rules in the same order, and the same notices in the same order."""
    table = [tuple(map(_without_equality, row)) for row in table] if camunda else table
    model = load(one_table(["a", "b"], ["x"], table, policy="COLLECT", camunda=camunda))
    inputs = {"a": a, "b": b, "other": other}
    assert _outcome(model, inputs, lambda logic: logic.matcher) == _outcome(
        model, inputs, lambda logic: logic.matcher.scan
    )


@given(keyed_tables(), st.one_of(keys, keys, values), st.one_of(st.integers(-1, 3), values))
@settings(max_examples=300)
def test_parted_rules_match_what_a_scan_matches(table, a, b):
    """Parting the rules by the texts of a column loses none and keeps their order."""
    model = load(one_table(["a", "b"], ["x"], table, policy="COLLECT"))
    inputs = {"a": a, "b": b}
    assert _outcome(model, inputs, lambda logic: logic.matcher) == _outcome(
        model, inputs, lambda logic: logic.matcher.scan
    )


def test_rules_are_parted_by_the_column_that_tells_them_apart():
    """A column of many texts parts the rules; one that lets every value through doesn't."""
    rules = [("-", f'"{name}"', "1") for name in "abcdefgh"]
    assert _logic(load(one_table(["a", "b"], ["x"], rules)).decision("Route")).matcher.index.parting == 1
    rules = [("-", 'not("a")', "1")] * 8
    assert _logic(load(one_table(["a", "b"], ["x"], rules)).decision("Route")).matcher.index.parting is None


@given(_cell(st.one_of(number_tests, text_tests, others)), values)
@settings(max_examples=400)
def test_a_cell_that_is_understood_means_what_it_evaluates_to(text, value):
    """Met or not, and noticed or not, are what running the cell gives."""
    tests = unary_tests(text)
    cell = cell_of_tree(tests.tree)
    if cell is None:
        return
    evaluation = Evaluation()
    value = from_python(value)
    assert cell.met_by(value) is (tests.run(value, {}, evaluation) is True)
    if value is None:
        assert cell.null_noticed is bool(evaluation.notices)
    elif type(value) is not cell.kind:
        assert cell.other_noticed is bool(evaluation.notices)
    else:
        assert evaluation.notices == []


@given(_cell(st.one_of(number_tests, text_tests, others)), st.sampled_from(["dmn", "camunda"]))
@settings(max_examples=400)
def test_a_plain_cell_means_what_the_parser_reads(text, dialect):
    """The short way of reading and the parser come to the same."""
    text = _without_equality(text) if dialect == "camunda" else text
    plain = plain_tests(text, dialect)
    if plain is not None:
        assert plain.cell == cell_of_tree(unary_tests(text, dialect=dialect).tree)


def test_the_reader_of_plain_cells_leaves_all_else_to_the_parser():
    """What only looks plain, or is none at all, isn't read the short way."""
    for text in (
        "1,",
        "1 2",
        "trueish",
        "- 1",
        '"a',
        '"\\n"',
        "1..2",
        "not()",
        "not(1), not(2)",
        "[1..2",
        "1e3",
        "",
        "< null",
    ):
        assert plain_tests(text, "dmn") is None


@given(tables(), values, values, st.sampled_from([policy.value for policy in HitPolicyName]))
@settings(max_examples=200)
def test_every_hit_policy_answers_the_same_with_and_without_trace(table, a, b, policy):
    """The value of the shortest way is the value with the full trace."""
    model = load(one_table(["a", "b"], ["x"], table, policy=policy))
    decision = model.decision("Route")
    assert decision.value({"a": a, "b": b}) == decision.evaluate({"a": a, "b": b}).value
