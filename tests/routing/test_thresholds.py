"""Which numbers of a table are thresholds, and how they are shifted."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.support.tables import model, route, table

from dmnroute.dmn import load
from dmnroute.dmn.edit import with_cell
from dmnroute.routing.thresholds import Shift, shifts


def _of_cell(cell: str) -> list[Shift]:
    return list(shifts(load(route(["last.confidence"], ["action"], [[cell, '"complete"']]).encode())))


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ("< 0.70", ["< 0.75", "< 0.65", "< 0.80", "< 0.60", "< 0.85", "< 0.55", "< 0.90", "< 0.50"]),
        (">= 0.9", [">= 0.95", ">= 0.85", ">= 0.8", ">= 0.75", ">= 0.7"]),
        ("> 20", ["> 22", "> 18", "> 24", "> 16", "> 26", "> 14", "> 28", "> 12"]),
        ("< 3", ["< 4", "< 2"]),
        ("< 2.5", ["< 2.75", "< 2.25", "< 3.0", "< 2.0", "< 3.25", "< 1.75", "< 3.5", "< 1.5"]),
        ("> -20", ["> -18", "> -22", "> -16", "> -24", "> -14", "> -26", "> -12", "> -28"]),
        ("> 0", []),
        ("1", []),
        ("-", []),
        ("null", []),
        ('"scanned"', []),
        ("< facts.limit", []),
        ("starts with(?, 0.5)", []),
    ],
)
def test_shares_move_by_steps_and_other_numbers_by_a_tenth(cell: str, texts: list[str]) -> None:
    """Small shifts come first; counters such as `> 0` stay, and so does what isn't compared with a number."""
    assert [shift.new for shift in _of_cell(cell)] == texts


def test_both_ends_of_an_interval_move_but_never_past_each_other() -> None:
    """`[0.8..0.95)` ends after it begins; what stands around the numbers stays as it was written."""
    texts = {shift.new for shift in _of_cell("[ 0.8 .. 0.95 )")}
    assert "[ 0.85 .. 0.95 )" in texts
    assert "[ 0.8 .. 0.85 )" in texts
    assert "[ 0.8 .. 0.80 )" not in texts
    assert "[ 0.95 .. 0.95 )" not in texts


def test_one_number_of_several_tests_moves_at_a_time() -> None:
    """A list of tests keeps the others."""
    assert [shift.new for shift in _of_cell("null, < 0.1") if abs(shift.steps) == 1] == ["null, < 0.15", "null, < 0.05"]


@pytest.mark.parametrize(
    ("cell", "new", "value", "flips"),
    [
        ("< 0.70", "< 0.55", Decimal("0.6"), True),
        ("< 0.70", "< 0.55", Decimal("0.55"), True),
        ("< 0.70", "< 0.55", Decimal("0.70"), False),
        ("< 0.70", "< 0.55", Decimal("0.5"), False),
        ("< 0.70", "< 0.55", 1, False),
        ("< 0.70", "< 0.55", None, False),
        ("< 0.70", "< 0.55", "0.6", False),
        ("< 0.70", "< 0.55", True, False),
        ("< 0.70", "< 0.55", [Decimal("0.9")], True),
        ("[0.5..0.9]", "[0.5..0.8]", Decimal("0.9"), True),
        ("[0.5..0.9]", "[0.5..0.8]", Decimal("0.8"), False),
    ],
)
def test_only_numbers_between_old_and_new_can_make_a_difference(
    cell: str, new: str, value: object, flips: bool
) -> None:
    """A list may be read as its only item, so nothing is claimed about it."""
    shift = next(shift for shift in _of_cell(cell) if shift.new == new)
    assert shift.may_flip(value) is flips


def test_every_shift_can_be_made_by_its_column() -> None:
    """Titles that mean two columns, or hold a `=`, give way to the column's number."""
    inputs = ["last.confidence", 'count(last.outcomes[status = "ok"])', "action", "last.confidence"]
    decided = load(route(inputs, ["action"], [["< 0.5", "< 50", "< 0.2", "< 0.3", '"complete"']]).encode())
    found = {shift.input: shift for shift in shifts(decided)}
    assert [found[number].column for number in (1, 2, 3, 4)] == ["input 1", "input 2", "input 3", "input 4"]
    for shift in shifts(decided):
        changed = with_cell(decided, shift.decision, rule=shift.rule, column=shift.column, text=shift.new)
        entry = changed.decision("Route").element.expression.rules[0].input_entries[shift.input - 1]  # type: ignore[union-attr]
        assert entry.text == shift.new


def test_all_tables_are_searched_in_the_order_of_the_file() -> None:
    """Decisions that the route requires have thresholds, too."""
    text = model(
        table("Route", ["Grade"], ["action"], [['"good"', '"complete"']], requires=["Grade"]),
        table("Grade", ["last.confidence"], ["grade"], [["< 0.5", '"bad"'], [">= 0.5", '"good"']]),
    )
    assert [(shift.decision, shift.rule) for shift in shifts(load(text.encode()))] == [("Grade", 1)] * 8 + [
        ("Grade", 2)
    ] * 8
