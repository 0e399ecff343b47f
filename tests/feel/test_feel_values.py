"""Values: Python's to FEEL's and back, to JSON, and independence of the caller's surroundings."""

from __future__ import annotations

import decimal
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from dmnroute.errors import FeelError, UsageError
from dmnroute.feel import Evaluation, compile, unary_tests
from dmnroute.feel.values import (
    Date,
    DateTime,
    DaysTimeDuration,
    Function,
    Range,
    Time,
    YearsMonthsDuration,
    from_python,
    to_json,
    to_python,
)
from dmnroute.feel.values.calendar import date_of_days, days_of_date
from dmnroute.feel.values.iso import temporal_of_text

_ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=-3, minutes=-30)), ZoneInfo("Europe/Berlin")])
_PYTHON = st.recursive(
    st.none()
    | st.booleans()
    | st.text(max_size=5)
    | st.decimals(-(10**9), 10**9, allow_nan=False, places=3)
    | st.dates()
    | st.times(timezones=_ZONES)
    | st.datetimes(timezones=_ZONES, allow_imaginary=False)
    | st.timedeltas(timedelta(days=-999_999_998), timedelta(days=999_999_998)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(_PYTHON)
def test_python_values_come_back_as_they_went_in(value: object) -> None:
    """What FEEL can hold is the same value after a round trip."""
    assert to_python(from_python(value)) == value


@given(_PYTHON)
def test_temporal_values_read_back_from_their_text(value: object) -> None:
    """The ISO text of a date, time or duration means that value again."""
    feel = from_python(value)
    if isinstance(feel, (Date, Time, DateTime, DaysTimeDuration)):
        assert temporal_of_text(feel.iso) == feel


_ENDPOINTS = st.decimals(-(10**6), 10**6, places=2) | st.text(alphabet='ab"\\ ', max_size=4) | st.dates()


@given(_PYTHON | st.builds(YearsMonthsDuration, st.integers(-(10**6), 10**6)))
def test_the_text_of_a_value_is_its_literal(value: object) -> None:
    """`str()` of a type of FEEL's own reads back to the same value."""
    feel = from_python(value)
    if isinstance(feel, (Date, Time, DateTime, DaysTimeDuration, YearsMonthsDuration)):
        assert compile(str(feel)).run({}, Evaluation()) == feel


@given(st.tuples(_ENDPOINTS, _ENDPOINTS).map(from_python), st.booleans(), st.booleans())
def test_the_text_of_a_range_is_its_literal(ends: list[object], start: bool, end: bool) -> None:
    """So does that of a range."""
    range_ = Range(*ends, start, end)
    if type(ends[0]) is type(ends[1]):
        assert compile(str(range_)).run({}, Evaluation()) == range_
    for half in (Range(None, ends[1], False, end), Range(ends[0], None, start, False)):
        assert compile(str(half)).run({}, Evaluation()) == half


@given(st.integers(-365 * 10**9, 365 * 10**9))
def test_the_calendar_counts_days_both_ways(days: int) -> None:
    """A count of days and its date belong together, for any year."""
    assert days_of_date(*date_of_days(days)) == days


@given(st.dates())
def test_the_calendar_agrees_with_python(day: date) -> None:
    """Where Python has the year, both calendars are one."""
    feel = Date(day.year, day.month, day.day)
    assert (feel.epoch_days, feel.weekday) == ((day - date(1970, 1, 1)).days, day.isoweekday())
    assert compile("week of year(d)").evaluate({"d": day}).value == day.isocalendar().week


class _Colour(StrEnum):
    RED = "red"


class _Money(BaseModel):
    amount: Decimal
    due: date | None = None


class _Order(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: int
    total: _Money
    lines: list[_Money]


@dataclass
class _Point:
    x: int
    y: float


@pytest.mark.parametrize(
    ("python", "feel"),
    [
        (1, Decimal(1)),
        (0.1, Decimal("0.1")),
        (True, True),
        (_Colour.RED, "red"),
        (_Point(1, 2.5), {"x": Decimal(1), "y": Decimal("2.5")}),
        (
            _Order(id=1, total=_Money(amount=Decimal("9.50")), lines=[], note="gift"),  # type: ignore[call-arg]  # extra
            {"id": Decimal(1), "total": {"amount": Decimal("9.50"), "due": None}, "lines": [], "note": "gift"},
        ),
        (_Money(amount=Decimal(1), due=date(2024, 2, 29)), {"amount": Decimal(1), "due": Date(2024, 2, 29)}),
        ((1, 2), [Decimal(1), Decimal(2)]),
        ({"a": {2, 1}}, {"a": [Decimal(1), Decimal(2)]}),
        (timedelta(hours=1), DaysTimeDuration(3600 * 10**9)),
    ],
)
def test_python_values_become_feel_values(python: object, feel: object) -> None:
    """Numbers are Decimals by the digits that they print; a boolean is never a number."""
    assert from_python(python) == feel
    assert type(from_python(python)) is type(feel)


@pytest.mark.parametrize(
    ("given", "python"),
    [
        (np.int64(5), Decimal(5)),
        (np.float32(1.5), Decimal("1.5")),
        (np.bool_(True), True),
        (np.array([[1, 2], [3, 4]]), [[Decimal(1), Decimal(2)], [Decimal(3), Decimal(4)]]),
        (np.datetime64("2024-02-29"), date(2024, 2, 29)),
        (np.datetime64("2024-02-29T10:30:00.000000001"), datetime.fromisoformat("2024-02-29T10:30")),
        (np.timedelta64(5_000_000_000, "ns"), timedelta(seconds=5)),
        (np.datetime64("NaT"), None),
        (pd.Timestamp("2024-02-29T10:30"), datetime.fromisoformat("2024-02-29T10:30")),
        (pd.Series(["a", "b"]), ["a", "b"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_of_numpy_and_pandas_are_taken(given: object, python: object) -> None:
    """A scalar is the Python value that it holds, an array or a column a list."""
    assert compile("given").evaluate({"given": given}).value == python


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "`nan` is no FEEL number"),
        (pd.NaT, "`NaT` is no FEEL date"),
        (np.int64, "`type` has no FEEL value"),
        (b"x", "`bytes` has no FEEL value"),
        ({1: 2}, "the key `1` of a context must be text"),
        pytest.param(10**100_000, "a number is beyond the numbers of FEEL", id="huge"),
    ],
)
def test_what_feel_can_not_hold_is_refused(value: object, message: str) -> None:
    """The caller learns which value has no counterpart."""
    with pytest.raises(UsageError) as caught:
        from_python(value)
    assert caught.value.message == message


def test_a_list_that_holds_itself_is_refused() -> None:
    """Endless values end in an error, not in a RecursionError."""
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(FeelError, match="a value has more than 100 levels"):
        from_python(endless)


@pytest.mark.parametrize(
    ("value", "json"),
    [
        (Decimal("2.0"), 2),
        (Decimal("2.5"), Decimal("2.5")),
        (Date(2024, 2, 29), "2024-02-29"),
        (Time(10, 30, 0, zone="Europe/Berlin"), "10:30:00@Europe/Berlin"),
        (YearsMonthsDuration(14), "P1Y2M"),
        (Range(Decimal(1), Decimal(5)), {"start": 1, "end": 5, "start included": True, "end included": True}),
        ([Function("f", (), lambda values, evaluation: None)], [None]),
    ],
)
def test_json_keeps_what_it_can(value: object, json: object) -> None:
    """Whole numbers are ints, other numbers Decimals, times text, functions null."""
    assert to_json(value) == json


def test_the_decimal_context_of_the_caller_does_not_matter() -> None:
    """A thread that computes with three digits gets the same 34."""
    with decimal.localcontext() as context:
        context.prec = 3
        context.traps[decimal.Inexact] = True
        assert compile("1 / 3 + mean([1, 2, 4]) - -1").evaluate().value == Decimal(
            "3.666666666666666666666666666666666"
        )
        assert compile("odd(12345678901234567890123456789012345)").evaluate().value is False
        assert compile('@"PT0.123456789S".seconds').evaluate().value == Decimal("0.123456789")


def test_python_gets_feel_values_that_it_has_no_type_for() -> None:
    """Years and months, and years beyond 9999, keep FEEL's own types."""
    assert compile('@"P1Y"').evaluate().value == YearsMonthsDuration(12)
    assert compile('@"10000-01-01"').evaluate().value == Date(10000, 1, 1)
    assert compile("now()").evaluate(now=datetime(2024, 1, 1, tzinfo=UTC)).value.tzinfo == UTC
    assert compile('time("10:00:00")').evaluate().value == time(10)


_SYMBOLS = [*'()[]{}.,:+-*/<>=!?"`@', "..", "**", " ", "//", "/*", "\\u", "\n", "é", "🐎", "'"]
_WORDS = ["if ", " then ", " else ", "for ", " in ", " return ", "some ", " satisfies ", " and ", " or ", "not"]
_VALUES = ["a", "b", "1", "2.5", '"x"', "function", "null", "true", "instance of ", "date", '@"P1D"', "between "]
_PIECES = st.sampled_from([*_SYMBOLS, *_WORDS, *_VALUES, "partial", "item"])


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=25).map("".join) | st.text(max_size=30), st.sampled_from(["dmn", "camunda"]))
def test_any_text_is_read_or_refused(text: str, dialect: str) -> None:
    """A text is an expression with a value, or a FeelError; the same for unary tests."""
    outcomes = []
    for evaluate in (
        lambda: compile(text, dialect=dialect).evaluate({"a": 1, "b": [1]}),  # type: ignore[arg-type]
        lambda: unary_tests(text, dialect=dialect).evaluate(1, {"a": 1, "b": [1]}),  # type: ignore[arg-type]
    ):
        try:
            outcomes.append(evaluate() is not None)
        except FeelError as error:
            outcomes.append(bool(str(error)))
    assert outcomes == [True, True]
