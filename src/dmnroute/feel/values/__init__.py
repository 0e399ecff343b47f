"""FEEL's values. null, boolean, string, list and context are Python's own; numbers are always Decimal."""

from __future__ import annotations

from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.function import Function
from dmnroute.feel.values.python import from_python, to_json, to_python
from dmnroute.feel.values.range import Range
from dmnroute.feel.values.text import literal_text

Value = object
"""None, bool, Decimal, str, list, dict, or one of the types of this folder."""

__all__ = [
    "Date",
    "DateTime",
    "DaysTimeDuration",
    "Function",
    "Range",
    "Time",
    "Value",
    "YearsMonthsDuration",
    "from_python",
    "literal_text",
    "to_json",
    "to_python",
]
