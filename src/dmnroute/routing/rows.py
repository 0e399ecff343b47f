"""The rows of the route: what each matched rule of the `Route` decision says, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dmnroute.dmn import Result
from dmnroute.dmn.model import DecisionTable
from dmnroute.dmn.places import output_name
from dmnroute.errors import Place, RouteError
from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.routing.canonical import plain, seconds_of
from dmnroute.routing.columns import Row
from dmnroute.routing.policy import PolicyVersion

SEVERAL_RULES = frozenset({"RULE ORDER", "OUTPUT ORDER", "COLLECT"})
"""Hit policies under which every matched rule is a row of the route."""


def rows_of(result: Result, policy: PolicyVersion) -> list[Row]:
    """One row for each matched rule; a decision without a table gives a context or a list of contexts.

    Raises:
        RouteError: `wrong_type`, when it is none of these, or holds what JSON can't.
    """
    place = Place(file=policy.model.definitions.file, decision=result.decision)
    if result.matched:
        rules = result.matched if result.hit_policy in SEVERAL_RULES else result.matched[:1]
        return [_row(rule.outputs, Place(place.file, place.decision, rule.index)) for rule in rules]
    values = result.value if isinstance(result.value, list) else [result.value]
    return [_row_without_rule(value, policy, place) for value in values]


def _row_without_rule(value: Any, policy: PolicyVersion, place: Place) -> Row:
    """What a decision without a table says, or the default outputs of a table none of whose rules matched."""
    if isinstance(value, dict):
        return _row(value, place)
    table = policy.model.decision(policy.route).element.expression
    if isinstance(table, DecisionTable) and len(table.outputs) == 1:
        return _row({output_name(table.outputs[0], place.decision): value}, place)
    raise RouteError(
        "the decision must give a context or a list of contexts",
        code="wrong_type",
        place=place,
        hint='as in `{agent: "ocr", timeout: 30}`',
    )


def _row(values: Mapping[str, Any], place: Place) -> Row:
    return Row({column: _recordable(column, value, place) for column, value in values.items()}, place)


def _recordable(column: str, value: Any, place: Place) -> Any:
    """The value as it is recorded: durations in seconds, other temporals as ISO text."""
    try:
        return plain(_without_feel(value))
    except ValueError as error:
        raise RouteError(
            f"column `{column}` can't be recorded: {error}",
            code="wrong_type",
            place=Place(place.file, place.decision, place.rule, f"output {column}"),
            hint="use texts, numbers, booleans, dates, times, durations, lists and contexts",
        ) from error


def _without_feel(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_feel(item) for key, item in value.items()}
        case list():
            return [_without_feel(item) for item in value]
        case DaysTimeDuration():
            return seconds_of(value.nanoseconds, places=9)
        case Date() | DateTime() | Time() | YearsMonthsDuration():
            return value.iso
    return value
