"""Many rows at once get the values that they would get one by one."""

from __future__ import annotations

import datetime
import sys
from bisect import bisect_right
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.dmn.dmn_text import one_table
from tests.dmn.test_dmn_index import keyed_tables, keys, numbers, tables, values

from dmnroute.dmn import load
from dmnroute.errors import UsageError

RULES = [(f'"{name}"', f"[{low}..{low + 10})", f'"{name}{low}"', str(low / 4)) for name in "abcd" for low in (0, 10)]
RECORDS = [{"a": name, "b": number / 2} for name in "abcdx" for number in range(-2, 44)]

usual = st.one_of(st.floats(-2, 3), st.integers(-2, 3), numbers.map(Decimal))


def _table(policy="FIRST"):
    return load(one_table(["a", "b"], ["x", "y"], RULES, policy=policy)).decision("Route")


def _columns(records):
    return {name: [record[name] for record in records] for name in records[0]}


def _one_by_one(decision, records):
    return [decision.value_in_full(record) for record in records]


def _as_columns(answers):
    return {name: [None if answer is None else answer[name] for answer in answers] for name in ("x", "y")}


@given(
    st.one_of(keyed_tables(), tables()),
    st.lists(st.tuples(st.one_of(keys, values), st.one_of(usual, usual, values)), min_size=40, max_size=80),
    st.sampled_from(["FIRST", "UNIQUE", "COLLECT", "ANY"]),
)
@settings(max_examples=150)
def test_rows_get_the_same_values_together_as_alone(table, rows, policy):
    """Records and columns, rows of any types, every way of matching."""
    decision = load(one_table(["a", "b"], ["x"], table, policy=policy)).decision("Route")
    records = [{"a": a, "b": b} for a, b in rows]
    expected = repr(_one_by_one(decision, records))
    assert repr(decision.values(records)) == expected
    assert repr(decision.values(_columns(records))) == expected


@pytest.mark.parametrize("policy", ["FIRST", "UNIQUE"])
def test_columns_give_columns(policy):
    """Each output is a list, with null where no rule matches."""
    decision = _table(policy)
    expected = _as_columns(_one_by_one(decision, RECORDS))
    assert decision.values(_columns(RECORDS)) == expected
    assert decision.values(_columns(RECORDS[:3])) == _as_columns(_one_by_one(decision, RECORDS[:3]))


@pytest.mark.parametrize(
    "outputs", [("{k: 1}", '{k: "a", l: [1]}'), ("[1, 2]", "[3, 4]"), ("{k: 1}", "null"), ("1", "[1]")]
)
def test_the_answers_of_a_single_column_may_be_contexts_and_lists(outputs):
    """They are values like others, not outputs by name."""
    rules = [(f'"{name}"', output) for name, output in zip("ab", outputs, strict=True)]
    decision = load(one_table(["a"], ["x"], rules)).decision("Route")
    for count in (1, 40):
        records = [{"a": name} for name in "abc"] * count
        expected = _one_by_one(decision, records)
        assert decision.values(records) == expected
        assert decision.values(_columns(records)) == expected


def test_records_may_come_from_any_iterable_and_lack_inputs():
    """A generator is as good as a list; a missing input is null."""
    decision = _table()
    records = [*RECORDS, {"a": "a"}, {}]
    assert decision.values(iter(records)) == _one_by_one(decision, records)
    assert decision.values([]) == []
    assert decision.values({"a": ["a"] * 40}) == _as_columns([None] * 40)


def test_without_numpy_the_values_are_the_same(monkeypatch):
    """The extra only makes it faster."""
    monkeypatch.setitem(sys.modules, "numpy", None)
    monkeypatch.delitem(sys.modules, "dmnroute.dmn.batch.lookup", raising=False)
    decision = _table()
    assert decision.values(RECORDS) == _one_by_one(decision, RECORDS)
    assert decision.values(_columns(RECORDS)) == _as_columns(_one_by_one(decision, RECORDS))


def test_arrays_of_numpy_are_columns():
    """Floats and integers of any width; not-a-number marks missing data."""
    numpy = pytest.importorskip("numpy")
    decision = load(one_table(["a", "b"], ["x"], [("> 1", "-", "1"), ("null", "< 3", "2"), ("-", "-", "3")])).decision(
        "Route"
    )
    floats = [0.5, 1.5, float("nan"), 2**60] * 10
    columns = {"a": numpy.array(floats), "b": numpy.arange(40, dtype=numpy.int16)}
    records = [{"a": None if a != a else a, "b": b} for b, a in enumerate(floats)]
    assert decision.values(columns) == _one_by_one(decision, records)


FRAME = {
    "a": ["a", "b", None, "x"] * 10,
    "b": [1.5, None, 12.0, 3.0] * 10,
    "day": [datetime.date(2024, 2, 29)] * 40,
}


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_data_frames_are_tables(library):
    """Missing data is null, whatever the library marks it with."""
    module = pytest.importorskip(library)
    frame = module.table(FRAME) if library == "pyarrow" else module.DataFrame(FRAME)
    decision = _table()
    records = [dict(zip(FRAME, row, strict=True)) for row in zip(*FRAME.values(), strict=True)]
    assert decision.values(frame) == _as_columns(_one_by_one(decision, records))


floats = st.one_of(st.floats(-(2**53), 2**53), st.integers(-5, 5).map(float), st.sampled_from([5e-324, -0.0, 0.1]))


@example(part=[0.0, 5e-324], others=[], given=[2.0**53, -(2.0**53), 0.0])
@example(part=[0.0, 1e-299], others=[], given=[2.0**53])
@given(st.lists(floats, max_size=40), st.lists(floats, max_size=60), st.lists(floats, min_size=1, max_size=60))
def test_a_grid_ranks_numbers_as_a_search_does(part, others, given):
    """Keys of a part, in the grid of all keys of their column: however near, far or few they are."""
    numpy = pytest.importorskip("numpy")
    from dmnroute.dmn.batch.grid import Grid, Keys

    grid, keys = Grid([*part, *others]), sorted(set(part))
    ranked = numpy.array([*given, *part])
    expected = [bisect_right(keys, number) for number in ranked.tolist()]
    assert Keys(keys, grid).ranks(ranked, grid.buckets(ranked)).tolist() == expected


def test_texts_too_many_for_a_byte_are_told_apart():
    """A column of hundreds of texts is looked up like any other."""
    rules = [(f'"{number}"', "-", f'"{number}"', "1") for number in range(600)]
    decision = load(one_table(["a", "b"], ["x", "y"], rules)).decision("Route")
    records = [{"a": str(number), "b": 0} for number in range(700)]
    assert decision.values(records) == _one_by_one(decision, records)


def test_answers_are_the_callers_own():
    """Changing one answer changes no other."""
    decision = load(one_table(["a"], ["x", "y"], [("-", "[1]", "2")])).decision("Route")
    first, second, *_ = decision.values([{"a": 1}] * 40)
    first["x"].append(0)
    assert second == {"x": [1], "y": 2}


def test_what_is_no_table_is_refused():
    """The message says what is taken; columns have to be of one length."""
    with pytest.raises(UsageError) as error:
        _table().values(3)
    assert str(error.value) == "`int` is no table: give records, columns by name, or a data frame"
    with pytest.raises(UsageError) as error:
        _table().values({"a": ["a"], "b": [1, 2]})
    assert str(error.value) == "the columns have different lengths: 1, 2"
