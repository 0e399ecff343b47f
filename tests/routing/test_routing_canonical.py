"""One text for one value."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmnroute.routing.canonical import digest, dumps, loads, plain
from dmnroute.routing.seeds import seed_of

LEAVES = (
    st.none()
    | st.booleans()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.just(UTC))
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.uuids()
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4))


class Colour(Enum):
    RED = "red"


@given(VALUES)
def test_what_is_plain_is_read_back_as_it_was(value: Any) -> None:
    """Numbers exact, everything else as text."""
    assert loads(dumps(plain(value))) == plain(value)


@given(VALUES)
def test_plain_changes_nothing_the_second_time(value: Any) -> None:
    """Plain values are plain."""
    assert plain(plain(value)) == plain(value)
    assert dumps(plain(plain(value))) == dumps(plain(value))


@given(st.dictionaries(TEXT, st.integers(), min_size=2, max_size=5))
def test_the_order_of_names_does_not_count(value: dict[str, int]) -> None:
    """Equal contexts have equal texts and digests."""
    turned = dict(reversed(value.items()))
    assert dumps(value) == dumps(turned)
    assert digest(value) == digest(turned)


def test_each_kind_of_value() -> None:
    """Durations are seconds; sets are lists in the order of their texts."""
    value = {
        "float": 0.1,
        "set": {"b", "a"},
        "tuple": (1, Decimal("2.50")),
        "when": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "day": date(2026, 1, 2),
        "clock": time(3, 4),
        "long": timedelta(minutes=1, microseconds=5),
        "colour": Colour.RED,
        "id": UUID(int=1),
        "path": PurePosixPath("a/b"),
        3: "three",
    }
    assert dumps(plain(value)) == (
        '{"3":"three","clock":"03:04:00","colour":"red","day":"2026-01-02","float":0.1,'
        '"id":"00000000-0000-0000-0000-000000000001","long":60.000005,"path":"a/b","set":["a","b"],'
        '"tuple":[1,2.50],"when":"2026-01-02T03:04:05+00:00"}'
    )


def test_the_same_number_written_otherwise_has_another_text() -> None:
    """Texts keep what was written; comparing is for numbers."""
    assert dumps(plain(Decimal("1.0"))) == "1.0"
    assert loads("1.0") == 1


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "a value of type `object` has no JSON form"),
        (b"x", "a value of type `bytes` has no JSON form"),
        ([float("nan")], "`NaN` has no JSON form"),
        ({"a": Decimal("Infinity")}, "`Infinity` has no JSON form"),
        ("\ud800", "a text with a lone surrogate has no JSON form"),
        ({"\udcff": 1}, "a text with a lone surrogate has no JSON form"),
        ([10**5000], "an integer of so many digits has no JSON form"),
        (nested(100_000), "a value that is nested so deeply has no JSON form"),
    ],
)
def test_what_json_cannot_carry_is_named(value: Any, message: str) -> None:
    """Never a crash."""
    with pytest.raises(ValueError, match="no JSON form") as caught:
        plain(value)
    assert str(caught.value) == message


def test_seeds_are_those_of_run_and_hop() -> None:
    """The same draw for the same hop, on every machine; whole numbers that JSON carries."""
    assert seed_of("r", 1) == seed_of("r", 1) == 126764723305379
    assert len({seed_of("r"), seed_of("r", 1), seed_of("r", 2), seed_of("s", 1)}) == 4
    assert all(0 <= seed_of("r", hop) < 2**48 for hop in range(100))
