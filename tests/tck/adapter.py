"""What a runner of the OMG DMN TCK calls: ``adapter:evaluate``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from dmnroute.dmn import Model, Result
from dmnroute.dmn.loading import load_with_problems
from dmnroute.errors import TableError
from dmnroute.feel.values import Date, DateTime, DaysTimeDuration, Time, YearsMonthsDuration
from dmnroute.feel.values.iso import temporal_of_text

_KINDS = {
    Date: "date",
    Time: "time",
    DateTime: "date-time",
    DaysTimeDuration: "dt-duration",
    YearsMonthsDuration: "ym-duration",
}


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


_OF_ONE_EXPRESSION = {"feel_syntax", "feel_limit", "function_kind", "expression_language"}
"""Errors that leave the rest of a file as it is. A user's `load` refuses the file; the TCK asks about the rest, too."""


@lru_cache(maxsize=4)
def _model(path: str) -> tuple[Model, dict[str, TableError]]:
    """The model, and the error of each decision that can't be read."""
    model, problems = load_with_problems(Path(path), dialect="dmn")
    if model is None or any(error.code not in _OF_ONE_EXPRESSION for error in problems.errors):
        problems.raise_first()
    assert model is not None
    return model, {error.place.decision: error for error in problems.errors}


def evaluate(dmn_path: str, name: str, inputs: dict[str, Any], node_type: str) -> object:
    """The value of a decision or decision service; an input that is a decision stands in for its logic."""
    model, broken = _model(dmn_path)
    given = {key: _value(value) for key, value in inputs.items()}
    if node_type != "decision":
        parameters = model.parameters(name)
        return _answer(model.invoke(name, {key: given[key] for key in given if key in parameters}, now=NOW))
    overrides = {key: given.pop(key) for key in inputs if key in model.decisions}
    result = model.evaluate(name, given, overrides=overrides, now=NOW)
    _refuse_broken(result, broken)
    return _answer(result.value)


def _refuse_broken(result: Result, broken: dict[str, TableError]) -> None:
    for decision in (result.decision, *result.required):
        if decision in broken:
            raise broken[decision]


def _value(value: Any) -> object:
    """FEEL values for the runner's own classes, which hold what Python's types can't."""
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()}
    if hasattr(value, "kind") and hasattr(value, "text"):
        return temporal_of_text(value.text)
    if hasattr(value, "months") and not isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(value.months)
    return value


def _answer(value: object) -> object:
    """The runner's class for FEEL values that Python's types can't hold, when a runner has one."""
    temporal = getattr(sys.modules.get("tck"), "Temporal", None)
    if isinstance(value, list):
        return [_answer(item) for item in value]
    if isinstance(value, dict):
        return {key: _answer(item) for key, item in value.items()}
    kind = _KINDS.get(type(value))
    return value if kind is None or temporal is None else temporal(kind, value.iso)
