"""Editing a cell, and saying in words what changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.dmn.dmn_text import decision, definitions, literal, one_table, table

from dmnroute.dmn import load
from dmnroute.dmn.diff import diff
from dmnroute.dmn.edit import with_cell
from dmnroute.errors import FeelError, TableError, UsageError

INVOICES = Path(__file__).parent / "golden" / "invoice_routing_first" / "table.dmn"
ROWS = [["< 0.70", '"ocr"'], ["[0.7..0.9)", '"check"'], ["-", '"book"']]


def _words(old: str, new: str) -> list[str]:
    return [str(change) for change in diff(load(old), load(new))]


@pytest.mark.parametrize("column", [4, "input 4", "Total", "facts.total"])
def test_a_cell_is_changed_by_the_columns_number_label_or_expression(column):
    """A column is named as people name it."""
    changed = with_cell(load(INVOICES), "Route", rule=4, column=column, text="< 10")
    assert [str(change) for change in diff(load(INVOICES), changed)] == ["Route rule 4, Total: `< 1000` → `< 10`"]


def test_an_output_cell_is_changed_by_the_columns_name_and_the_model_decides_anew():
    """The new model has the change; the old one is as it was."""
    old = load(INVOICES)
    new = with_cell(old, "Route", rule=2, column="agent", text='"look"')
    inputs = {"last": {"status": "start"}}
    assert new.evaluate("Route", inputs).value["agent"] == "look"
    assert old.evaluate("Route", inputs).value["agent"] == "classify"


def test_an_edited_file_differs_in_its_cell_only():
    """Diagram, ids and the order of attributes stay."""
    old, new = load(INVOICES), with_cell(load(INVOICES), "Route", rule=4, column="Total", text="< 10")
    before, after = (model.source.decode().splitlines() for model in (old, new))
    different = [(a.strip(), b.strip()) for a, b in zip(before, after, strict=True) if a != b]
    assert different == [("<text>&lt; 1000</text>", "<text>&lt; 10</text>")]
    assert load(new.source).definitions.dialect == "camunda"


def test_a_cell_that_can_not_be_read_is_refused():
    """An edit goes through the same checks as a file."""
    with pytest.raises(FeelError) as caught:
        with_cell(load(INVOICES), "Route", rule=4, column="Total", text="< ")
    assert str(caught.value.place) == "table.dmn, decision `Route`, rule 4, input 4"


@pytest.mark.parametrize(
    ("rule", "column", "message"),
    [
        (9, 1, "no rule 9; the table has 6\ntable.dmn, decision `Route`"),
        (1, 8, "no column `8`"),
        (1, "agnet", "no column `agnet`; did you mean `agent`?"),
    ],
)
def test_a_cell_that_is_not_there_is_named(rule, column, message):
    """A wrong rule or column says which there are."""
    with pytest.raises(TableError) as caught:
        with_cell(load(INVOICES), "Route", rule=rule, column=column, text="1")
    assert str(caught.value).startswith(message)
    assert caught.value.code == "no_cell"


def test_a_model_does_not_differ_from_itself():
    """No change, no words."""
    assert diff(load(INVOICES), load(INVOICES)) == ()


def test_a_changed_cell_an_added_and_a_removed_rule():
    """Rules are matched by id; numbers are those that the reader sees."""
    new = [["< 0.55", '"ocr"'], ["-", '"book"'], ["null", '"ask"']]
    assert _words(
        one_table(["confidence"], ["agent"], ROWS, ids=["a", "b", "c"]),
        one_table(["confidence"], ["agent"], new, ids=["a", "c", "d"]),
    ) == [
        "Route rule 1, confidence: `< 0.70` → `< 0.55`",
        'Route rule 3: added: null → "ask"',
        'Route rule 2: removed: [0.7..0.9) → "check"',
    ]


def test_a_moved_rule_is_one_change():
    """The fewest rules that must have moved are named, not all that shifted."""
    assert _words(
        one_table(["confidence"], ["agent"], ROWS, ids=["a", "b", "c"]),
        one_table(["confidence"], ["agent"], [ROWS[2], ROWS[0], ROWS[1]], ids=["c", "a", "b"]),
    ) == ["Route rule 1: moved, was rule 3"]


def test_policy_columns_and_decisions():
    """What is around the cells is said as well."""
    old = definitions(decision("Route", table(["a"], ["x"], [["1", "2"]])), decision("Old", literal("1")))
    new = old.replace('hitPolicy="FIRST"', 'hitPolicy="COLLECT" aggregation="SUM"').replace(
        "<text>a</text>", "<text>b</text>"
    )
    new = new.replace(decision("Old", literal("1")), decision("New", literal("1")))
    assert _words(old, new) == [
        "Route, hit policy: `FIRST` → `COLLECT SUM`",
        "Route, input 1: `a` → `b`",
        "New: decision added",
        "Old: decision removed",
    ]


def test_expressions_and_requirements():
    """A literal expression shows both texts; a requirement its name."""
    quality = decision("Quality", literal("1"))
    old = definitions(quality, decision("Route", literal("1")))
    new = definitions(quality, decision("Route", literal("Quality"), requires=["Quality"]))
    assert _words(old, new) == ["Route: requires `Quality` now", "Route, expression: `1` → `Quality`"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<inputEntry><text>1</text></inputEntry>", "<inputEntry><text>&lt; 3</text></inputEntry>"),
        ("<inputEntry><text/></inputEntry>", "<inputEntry><text>&lt; 3</text></inputEntry>"),
        ('<inputEntry id="c&gt;" />', '<inputEntry id="c&gt;"><text>&lt; 3</text></inputEntry>'),
        ("<inputEntry>\n</inputEntry>", "<inputEntry><text>&lt; 3</text></inputEntry>"),
        ("<inputEntry><text><![CDATA[> 1]]></text></inputEntry>", "<inputEntry><text>&lt; 3</text></inputEntry>"),
        (
            "<inputEntry><description>a</description><text>1</text></inputEntry>",
            "<inputEntry><description>a</description><text>&lt; 3</text></inputEntry>",
        ),
    ],
)
def test_every_way_to_write_a_cell_can_be_edited(written, expected):
    """Empty elements, missing texts, sections of characters."""
    source = one_table(["a"], ["x"], [["1", "2"]]).replace("<inputEntry><text>1</text></inputEntry>", written)
    changed = with_cell(load(source), "Route", rule=1, column=1, text="< 3")
    assert changed.source.decode() == source.replace(written, expected)


def test_a_prefix_and_another_encoding_survive_an_edit():
    """The new text is written as the file is."""
    plain = one_table(["a"], ["x"], [["1", '"ä"']]).replace("<inputEntry><text>1</text></inputEntry>", "<inputEntry/>")
    prefixed = plain.replace("</", "</d:").replace("<", "<d:").replace("<d:/d:", "</d:").replace("xmlns=", "xmlns:d=")
    source = ('<?xml version="1.0" encoding="ISO-8859-1"?>\n' + prefixed).encode("latin-1")
    changed = with_cell(load(source), "Route", rule=1, column=1, text='"ö", "€"')
    assert '<d:inputEntry><d:text>"ö", "&#8364;"</d:text></d:inputEntry>' in changed.source.decode("latin-1")
    assert changed.evaluate("Route", {"a": "€"}).value == "ä"
    wide = with_cell(
        load(('<?xml version="1.0" encoding="UTF-16"?>' + plain).encode("utf-16")),
        "Route",
        rule=1,
        column=1,
        text='"ö"',
    )
    assert wide.evaluate("Route", {"a": "ö"}).value == "ä"


def test_control_characters_are_refused():
    """What XML can't hold doesn't get into a file."""
    with pytest.raises(UsageError) as caught:
        with_cell(load(INVOICES), "Route", rule=1, column=1, text="\x00")
    assert str(caught.value) == "a cell can't hold control characters"
