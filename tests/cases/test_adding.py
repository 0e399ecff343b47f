"""Cases are added to files that people write; nothing that they have written is lost or broken."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmnroute.cases.adding import add_case
from dmnroute.cases.case import DecisionCase
from dmnroute.cases.reading import read_cases
from dmnroute.errors import UsageError

CASE: dict[str, Any] = {"name": "x", "given": {"facts": {"a": 1}}, "expect": "b"}


def added(file: Path, before: str) -> str:
    """What is behind the text that was there, once the case has been added and can be read."""
    file.write_text(before)
    assert add_case(file, CASE)
    last = read_cases([file])[-1].case
    assert isinstance(last, DecisionCase)
    assert (last.name, last.given, last.expect) == ("x", CASE["given"], "b")
    text = file.read_text()
    assert text.startswith(before.rstrip().removesuffix(" []"))
    return text


@pytest.mark.parametrize(
    "before",
    [
        "",
        "# cases of the intake\n",
        "tests: []\n",
        "tests:\n  - name: a\n    expect: 1\n",
        "tests:\n- name: a\n  expect: 1  # as it was\n\n\n",
        "# top\ntests:\n    - name: a\n      expect: 1\n    # the end\n",
        "tests:\n  - {name: a, expect: 1}",
    ],
)
def test_it_is_added_the_way_the_file_is_written(before: str, tmp_path: Path) -> None:
    """As far in as the others; comments stay."""
    added(tmp_path / "p.tests.yaml", before)


def test_a_file_that_nothing_can_be_added_to_stays_as_it_is(tmp_path: Path) -> None:
    """The hint says how to write it."""
    file = tmp_path / "p.tests.yaml"
    file.write_text("tests: [{name: a, expect: 1}]\n")
    with pytest.raises(UsageError) as refused:
        add_case(file, CASE)
    assert str(refused.value) == (
        "nothing can be added to `p.tests.yaml` the way it is written\n"
        "hint: write its cases below `tests:`, each beginning with `- ` on a line of its own"
    )
    assert file.read_text() == "tests: [{name: a, expect: 1}]\n"
    assert [path.name for path in tmp_path.iterdir()] == ["p.tests.yaml"]


def test_the_same_case_is_added_once(tmp_path: Path) -> None:
    """Another one of its name is refused: the file couldn't be read any more."""
    file = tmp_path / "p.tests.yaml"
    assert add_case(file, CASE)
    text = file.read_text()
    assert not add_case(file, CASE)
    with pytest.raises(UsageError, match="has another case named `x`"):
        add_case(file, CASE | {"expect": "c"})
    assert file.read_text() == text


def test_a_sheet_gets_no_yaml(tmp_path: Path) -> None:
    """By the name of the file."""
    file = tmp_path / "p.tests.csv"
    file.write_text("name,expect\na,1\n")
    with pytest.raises(UsageError, match=r"`p\.tests\.csv` isn't named like a file of test cases in YAML"):
        add_case(file, CASE)
    assert file.read_text() == "name,expect\na,1\n"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.sampled_from(
        [
            "a\x85b",
            "\u2028",
            "1e5",
            "1E5",
            "-0",
            "~",
            "null",
            "true",
            "yes",
            "0x1F",
            "1_000",
            "2026-01-01",
            "1:30",
            "- a",
            "#",
        ]
    )
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.text(" ab\n'", min_size=90, max_size=250),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc e1", min_size=1), inner, max_size=3),
    max_leaves=5,
)


@given(value=VALUES)
def test_what_was_recorded_is_what_is_read(value: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Texts stay texts, numbers stay exact."""
    file = tmp_path_factory.mktemp("adding") / "p.tests.yaml"
    assert add_case(file, {"name": "x", "given": {"facts": {"v": value}}, "expect": None})
    [placed] = read_cases([file])
    assert isinstance(placed.case, DecisionCase)
    found = placed.case.given["facts"]["v"]
    assert found == value
    assert isinstance(found, type(value)) or {type(found), type(value)} <= {int, Decimal}
