"""The FEEL type of a value, in the words of the standard."""

from __future__ import annotations

from decimal import Decimal

from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.function import Function
from dmnroute.feel.values.range import Range

TYPE_NAMES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    DaysTimeDuration: "days and time duration",
    YearsMonthsDuration: "years and months duration",
    Range: "range",
    Function: "function",
}


def a_type_name(value: object) -> str:
    """The same with its article; null has none."""
    return "null" if value is None else f"a {type_name(value)}"


def type_name(value: object) -> str:
    """The FEEL type of a value: `number`, `date and time`, …"""
    return TYPE_NAMES.get(type(value), type(value).__name__)
