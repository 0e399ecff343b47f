"""Values on the command line: JSON, files, stdin, and keys."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmnroute.cli.given import given_input, given_pairs, given_value
from dmnroute.cli.streams import json_text
from dmnroute.errors import UsageError

HINT = "hint: give a JSON object, `@file`, `-` for stdin, or `key=value`"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("amount=12.50", Decimal("12.50")),
        ("count=3", 3),
        ("ok=true", True),
        ("nothing=null", None),
        ('tags=["a"]', ["a"]),
        ("name=Ada Lovelace", "Ada Lovelace"),
        ("id=007", "007"),
        ('id="12"', "12"),
        ("formula=a=b", "a=b"),
        ("empty=", ""),
        ("not_a_number=NaN", "NaN"),
        ("path=@home", "@home"),
    ],
)
def test_the_value_of_a_key_is_json_where_it_is_json(text: str, value: object) -> None:
    """Numbers stay exact; everything that isn't JSON is the text as it stands."""
    assert given_input([text]) == {text.partition("=")[0]: value}


def test_later_parts_win() -> None:
    """An object first, then single keys over it."""
    assert given_input(['{"a": 1, "b": 1}', "b=2"]) == {"a": 1, "b": 2}


def test_a_file_and_stdin_hold_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`@file` and `-`; a byte order mark doesn't matter."""
    file = tmp_path / "in.json"
    file.write_bytes(b'\xef\xbb\xbf{"a": 1.10}')
    assert given_input([f"@{file}"]) == {"a": Decimal("1.10")}
    monkeypatch.setattr("sys.stdin", io.StringIO('{"b": 2}'))
    assert given_input(["-"]) == {"b": 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1', 'not JSON: expecting `,` delimiter or `}`\n--input\n  {"a": 1\n        ^\n' + HINT),
        ("[1]", "the input must be a JSON object, not a list\n" + HINT),
        ("7", "the input must be a JSON object, not a number\n" + HINT),
        ('"a"', "the input must be a JSON object, not a text\n" + HINT),
        ("letter.pdf", "not JSON: expecting value\n--input\n  letter.pdf\n  ^\n" + HINT),
        ("", "not JSON: expecting value\n" + HINT),
    ],
)
def test_what_is_no_input_is_told_with_its_place(text: str, message: str) -> None:
    """The place is marked, and the ways to give an input are named."""
    with pytest.raises(UsageError) as caught:
        given_input([text])
    assert str(caught.value) == message


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """Missing, a folder, or no text."""
    (tmp_path / "x.bin").write_bytes(b"\xff\xfe\x00")
    for name, reason in (("none.json", "no such file or directory"), (".", "is a directory")):
        with pytest.raises(UsageError) as caught:
            given_input([f"@{tmp_path / name}"])
        assert str(caught.value) == f"can't read `{tmp_path / name}`: {reason}"
    with pytest.raises(UsageError) as caught:
        given_input([f"@{tmp_path / 'x.bin'}"])
    assert str(caught.value) == f"`{tmp_path / 'x.bin'}` isn't text in UTF-8"


def test_deep_nesting_is_refused() -> None:
    """A hostile input gets an error, not a crash."""
    with pytest.raises(UsageError, match="not JSON: nested too deeply"):
        given_value("[" * 200_000, option="--payload")
    assert given_input(["x=" + "[" * 200_000])["x"].startswith("[[[")


def test_one_value_may_be_of_any_kind() -> None:
    """A payload isn't bound to be an object; a text needs its quotes."""
    assert given_value("12.50", option="--payload") == Decimal("12.50")
    assert given_value('"approved"', option="--payload") == "approved"
    with pytest.raises(UsageError) as caught:
        given_value("approved", option="--payload")
    assert str(caught.value) == (
        "not JSON: expecting value\n--payload\n  approved\n  ^\nhint: texts need quotes, as in '\"approved\"'"
    )


def test_labels_are_texts() -> None:
    """What follows the first equals sign is the text; a label without one is an error."""
    assert given_pairs(["a=1", "b=x=y"], option="--tag") == {"a": "1", "b": "x=y"}
    with pytest.raises(UsageError) as caught:
        given_pairs(["a"], option="--tag")
    assert str(caught.value) == "--tag `a` isn't `key=value`"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_what_is_written_is_read_back_exactly(value: object) -> None:
    """Output of one command is input of another: numbers survive."""
    assert given_value(json_text(value), option="--payload") == value


@given(st.lists(st.text(max_size=20), max_size=3))
def test_no_text_is_a_crash(parts: list[str]) -> None:
    """Any words are an input or a usage error."""
    words = [part for part in parts if not part.startswith(("@", "-"))]
    try:
        found: object = given_input(words)
    except UsageError as error:
        found = error
    assert isinstance(found, dict) or found.code == "bad_input"
