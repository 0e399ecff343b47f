"""Read what the matched rows say of the whole hop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dmnroute.errors import Place, RouteError
from dmnroute.routing.columns import HOP_COLUMNS, Row
from dmnroute.routing.shown import shown


def agreed(rows: Sequence[Row], column: str) -> Any:
    """The one value that the rows give a hop column, nulls aside."""
    read = HOP_COLUMNS[column]
    said = [(row, value) for row in rows if (value := read(row, column)) is not None]
    for row, value in said[1:]:
        if value != said[0][1]:
            raise RouteError(
                f"{_both(rows, said[0][0], row)} disagree on `{column}`: {_said(said[0][1])} and {_said(value)}",
                code="route_conflict",
                place=row.place,
                hint="columns of the hop must agree where several rules match; null leaves it to the other rules",
            )
    return said[0][1] if said else None


def _both(rows: Sequence[Row], first: Row, second: Row) -> str:
    """The two rules; entries of the list where the decision is no table."""
    if second.place.rule is None:
        return f"entries {rows.index(first) + 1} and {rows.index(second) + 1}"
    return f"rules {first.place.rule} and {second.place.rule}"


def _said(value: Any) -> str:
    return f"`{value}`" if isinstance(value, str) else shown(value)


def action_of(rows: Sequence[Row], action: str | None, *, place: Place) -> str:
    """The action said, or dispatch where an agent is named."""
    naming = [row for row in rows if row.values.get("agent") is not None]
    if action is None and not naming:
        raise RouteError(
            "the matched rules name neither an agent nor an action",
            code="empty_route",
            place=rows[0].place if rows else place,
            hint='give `agent`, or `action` as one of "wait", "escalate", "complete", "fail"',
        )
    if action is None or action == "dispatch":
        return "dispatch"
    if naming:
        raise RouteError(
            f"action `{action}` and agent {_said(naming[0].values['agent'])} exclude each other",
            code="route_conflict",
            place=naming[0].place,
            hint="a hop either dispatches steps or does something else",
        )
    return action
