"""The fast path gives what the long way gives, and takes the tables that it is meant for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.dmn.dmn_text import decision, definitions, input_data, literal, one_table, table
from tests.dmn.test_dmn_index import keyed_tables, tables, values

from dmnroute.dmn import load
from dmnroute.dmn.fast.program import program, traced_program
from dmnroute.dmn.loading import load_with_problems
from dmnroute.dmn.model import HitPolicyName
from dmnroute.errors import TableError, UsageError

policies = st.sampled_from([policy.value for policy in HitPolicyName])
aggregations = st.sampled_from(["", ' aggregation="SUM"', ' aggregation="COUNT"', ' aggregation="MAX"'])


def _refuse(inputs, now):
    raise AssertionError(f"the fast path gave up on {inputs}")


def fast_only(decision):
    """The fast path without a way back."""
    return program(decision._unit, decision._model.units, decision._model.declared, otherwise=_refuse)


def _answer(function, inputs):
    try:
        value = function(inputs)
    except TableError as error:
        return str(error)
    return repr(value)


@given(tables(), values, values, policies, st.booleans())
@settings(max_examples=300)
def test_every_policy_gives_the_same_value_both_ways(table, a, b, policy, camunda):
    """Values, their types and their digits, and errors, are the same."""
    model, problems = load_with_problems(one_table(["a", "b"], ["x"], table, policy=policy, camunda=camunda))
    assume(not problems.errors)
    decision = model.decision("Route")
    inputs = {"a": a, "b": b}
    assert _answer(decision.value, inputs) == _answer(decision.value_in_full, inputs)


@given(keyed_tables(), st.one_of(st.sampled_from("abcdefx"), values), values, aggregations)
@settings(max_examples=200)
def test_collect_gives_the_same_value_both_ways(table, a, b, aggregation):
    """Lists and aggregations are the same."""
    text = one_table(["a", "b"], ["x"], table, policy="COLLECT", attributes=aggregation)
    decision = load(text).decision("Route")
    inputs = {"a": a, "b": b}
    assert _answer(decision.value, inputs) == _answer(decision.value_in_full, inputs)


RULES = [('"a"', "< 10", '"low"', "1"), ('"a", "b"', "[10..20)", '"middle"', "2.50"), ("-", "-", '"high"', "null")]


@pytest.mark.parametrize("policy", ["FIRST", "COLLECT", "RULE ORDER", "OUTPUT ORDER", "PRIORITY"])
@pytest.mark.parametrize(
    "inputs",
    [
        {"a": "a", "b": 5},
        {"a": "b", "b": 19.999},
        {"a": "b", "b": Decimal("10")},
        {"a": None, "b": None},
        {"a": 3, "b": True},
        {"a": date(2024, 2, 29), "b": [1]},
        {"b": 5},
        {},
        {"a": "a", "b": 5, "unread": object},
    ],
)
def test_plain_tables_are_decided_on_the_fast_path(policy, inputs):
    """No value of an input, nor its absence, makes it go the long way."""
    decision = load(one_table(["a", "b"], ["x", "y"], RULES, policy=policy)).decision("Route")
    read = {name: value for name, value in inputs.items() if name != "unread"}
    assert repr(fast_only(decision)(inputs)) == repr(decision.value_in_full(read))


def test_contexts_are_given_out_as_copies():
    """Who changes an answer doesn't change the next one."""
    decision = load(one_table(["a"], ["x", "y"], [("-", "[1, {k: 2}]", "1")])).decision("Route")
    first = decision.value({"a": 1})
    first["x"][1]["k"] = 0
    first["y"] = 0
    assert decision.value({"a": 1}) == {"x": [1, {"k": 2}], "y": 1}


def test_numbers_that_are_none_are_refused_both_ways():
    """Not a number, and infinity, have no meaning in FEEL."""
    decision = load(one_table(["a"], ["x"], [("> 1", "1")])).decision("Route")
    for value in (float("nan"), float("inf"), float("-inf"), 10**7000):
        with pytest.raises(UsageError):
            decision.value({"a": value})


GRAPH = definitions(
    input_data("amount", "number"),
    input_data("kind", "string"),
    decision("Risk", table(["amount"], [""], [("< 100", "1"), ("< 0.3", "9"), ("-", "2.5")]), inputs=["amount"]),
    decision("Fee", literal("amount * 0.01 + Risk"), inputs=["amount"], requires=["Risk"]),
    decision(
        "Route",
        table(
            ["Risk", "kind", "Fee", "steps.ocr.confidence"],
            ["x", "y"],
            [("> 1", '"a"', "< 5", "-", '"p"', "1"), ("-", "-", "-", ">= 0.5", '"q"', "2")],
        ),
        requires=["Risk", "Fee"],
        inputs=["kind"],
    ),
)
contexts = st.fixed_dictionaries(
    {},
    optional={
        "amount": st.one_of(values, st.integers(0, 300)),
        "kind": values,
        "steps": st.one_of(values, st.just({"ocr": {"confidence": 0.5}}), st.just({"ocr": [{"confidence": 1}]})),
    },
)


@given(contexts)
@settings(max_examples=200)
def test_a_graph_of_decisions_gives_the_same_value_both_ways(inputs):
    """Required tables and expressions, typed inputs and paths."""
    decision = load(GRAPH).decision("Route")
    assert _answer(decision.value, inputs) == _answer(decision.value_in_full, inputs)


def test_a_graph_of_decisions_is_decided_on_the_fast_path():
    """Required decisions are part of the same function; a number between them stays exact."""
    decision = load(GRAPH).decision("Route")
    answer = fast_only(decision)({"amount": 150, "kind": "a", "steps": None})
    assert answer == decision.value_in_full({"amount": 150, "kind": "a", "steps": None}) == {"x": "p", "y": 1}


NAMED_LIKE_A_FUNCTION = [
    (["count"], {"count": 3}),
    (["date"], {"date": date(2020, 1, 1)}),
    (["max(a, count)"], {"a": 1, "count": 5}),
]


@pytest.mark.parametrize(("columns", "inputs"), NAMED_LIKE_A_FUNCTION)
def test_an_input_named_like_a_function_is_found_both_ways(columns, inputs):
    """Inputs hide the functions of FEEL."""
    decision = load(one_table(columns, ["x"], [("> 2", "1"), ("-", "2")])).decision("Route")
    assert decision.value(inputs) == decision.value_in_full(inputs)


@given(tables(), values, values, policies, st.booleans())
@settings(max_examples=300)
def test_the_trace_is_the_same_both_ways(table, a, b, policy, camunda):
    """Every field of the result: matched rules, what was looked at, notices; and the errors."""
    model, problems = load_with_problems(one_table(["a", "c.b"], ["x"], table, policy=policy, camunda=camunda))
    assume(not problems.errors)
    decision = model.decision("Route")
    for inputs in ({"a": a, "c": {"b": b}}, {"a": a}, {"a": a, "c": {}}, {"a": a, "c": b}):
        assert _answer(decision.evaluate, inputs) == _answer(decision.evaluate_in_full, inputs)


@pytest.mark.parametrize("policy", ["FIRST", "UNIQUE", "COLLECT", "RULE ORDER"])
@pytest.mark.parametrize(
    "inputs", [{"a": "b", "b": 19.5}, {"a": "x", "b": -1}, {"a": "a", "b": 2**60}, {"a": None, "b": 1}]
)
def test_a_traced_result_of_plain_values_is_made_on_the_fast_path(policy, inputs):
    """With outputs of several columns, a default, and values that only the long way knows."""
    decision = load(one_table(["a", "b"], ["x", "y"], RULES[:2], policy=policy)).decision("Route")
    assert repr(decision.evaluate(inputs)) == repr(decision.evaluate_in_full(inputs))
    if inputs["a"] is not None and abs(inputs["b"]) < 2**53:
        fast = traced_program(decision._unit, decision._model.units, decision._model.declared, otherwise=_refuse)
        assert fast(inputs) == decision.evaluate_in_full(inputs)


def test_traces_are_the_callers_own():
    """Changing the outputs of one result changes no other."""
    decision = load(one_table(["a"], ["x", "y"], [("> 1", "[1]", "1")])).decision("Route")
    result = decision.evaluate({"a": 2})
    result.value["x"].append(2)
    result.matched[0].outputs["x"].append(2)
    assert decision.evaluate({"a": 2}) == decision.evaluate_in_full({"a": 2})
