"""What holds for every table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.dmn.dmn_text import one_table

from dmnroute.dmn import load
from dmnroute.dmn.diff import diff
from dmnroute.dmn.edit import with_cell
from dmnroute.dmn.model import HitPolicyName

cells = st.sampled_from(["-", "", "1", "2", "> 1", "<= 2", "[1..3)", "not(2)", "1, 3", "null"])
rows = st.tuples(cells, cells, st.integers(0, 3).map(str))
tables = st.lists(rows, min_size=1, max_size=6)
values = st.one_of(st.none(), st.integers(0, 4))
policies = st.sampled_from([policy.value for policy in HitPolicyName])


def _evaluate(table, a, b, policy="FIRST"):
    return load(one_table(["a", "b"], ["x"], table, policy=policy)).evaluate("Route", {"a": a, "b": b})


@given(tables, rows, values, values)
def test_a_rule_below_never_changes_a_first_table_that_matched_above(table, row, a, b):
    """FIRST is decided from the top."""
    before = _evaluate(table, a, b)
    if before.matched:
        assert _evaluate([*table, row], a, b) == before


@given(tables, values, values)
def test_first_gives_the_first_of_rule_order(table, a, b):
    """FIRST and RULE ORDER see the same matches."""
    first, every = _evaluate(table, a, b), _evaluate(table, a, b, "RULE ORDER")
    assert [rule.index for rule in first.matched] == [rule.index for rule in every.matched][:1]
    assert first.value == (every.value[0] if every.matched else None)


@given(tables, values, values, policies)
def test_matched_rules_are_those_that_explain_says(table, a, b, policy):
    """No policy reports a rule that has an unmet cell, and none misses a match when there is one."""
    model = load(one_table(["a", "b"], ["x"], table, policy=policy))
    result = model.evaluate("Route", {"a": a, "b": b})
    explained = [rule.index for rule in model.decision("Route").explain({"a": a, "b": b}).matched]
    assert {rule.index for rule in result.matched} <= set(explained)
    assert bool(result.matched) == bool(explained)


@given(tables, values, values)
def test_irrelevant_cells_match_everything(table, a, b):
    """A rule of `-` cells at the end makes every FIRST table total."""
    assert _evaluate([*table, ("-", "-", "9")], a, b).matched


@given(tables, st.data())
def test_an_edit_is_exactly_one_change_and_can_be_taken_back(table, data):
    """Changing a cell changes that cell, and changing it back leaves no difference."""
    old = load(one_table(["a", "b"], ["x"], table))
    rule = data.draw(st.integers(1, len(table)))
    column = data.draw(st.integers(1, 2))
    text = data.draw(cells)
    new = with_cell(old, "Route", rule=rule, column=column, text=text)
    changes = diff(old, new)
    assert len(changes) == (table[rule - 1][column - 1] != text)
    assert diff(old, with_cell(new, "Route", rule=rule, column=column, text=table[rule - 1][column - 1])) == ()
