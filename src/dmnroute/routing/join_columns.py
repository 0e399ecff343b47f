"""Read the columns `join` and `tolerate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dmnroute.errors import Place, RouteError
from dmnroute.feel.dialect import DialectName
from dmnroute.routing.columns import Row
from dmnroute.routing.join_condition import read_condition
from dmnroute.routing.records.hop import JoinCondition


@dataclass(frozen=True, slots=True)
class Join:
    """What ends a fan-out, in the terms of `Plan`."""

    needed: int | None = None
    condition: JoinCondition | None = None
    tolerate: int | None = None


def join_of(rows: Sequence[Row], hop: Mapping[str, Any], *, width: int, dialect: DialectName) -> Join:
    """The join that the rows agreed on, for so many steps.

    Raises:
        RouteError: `join_condition`, or `route_conflict` when `all-done` is to tolerate less than everything.
    """
    said, tolerate = hop["join"], _tolerated(hop["tolerate"], width)
    match said:
        case None | "all":
            return Join(tolerate=tolerate)
        case "all-done":
            _refuse_tolerance(rows, tolerate)
            return Join(tolerate=width)
        case "any":
            return Join(1, tolerate=tolerate)
        case "majority":
            return Join(width // 2 + 1, tolerate=tolerate)
        case int():
            return Join(said, tolerate=tolerate)
    return Join(condition=read_condition(said, dialect, _place(rows, "join")), tolerate=tolerate)


def _tolerated(said: int | Decimal | None, width: int) -> int | None:
    """A share is of the steps, and rounded down."""
    return said if said is None or isinstance(said, int) else int(said * width)


def _refuse_tolerance(rows: Sequence[Row], tolerate: int | None) -> None:
    if tolerate is not None:
        raise RouteError(
            "`join` is `all-done`, which waits for every step, and `tolerate` ends the hop before",
            code="route_conflict",
            place=_place(rows, "tolerate"),
            hint="leave `tolerate` null, or `join` as `all`",
        )


def _place(rows: Sequence[Row], column: str) -> Place:
    place = next(row.place for row in rows if row.values.get(column) is not None)
    return Place(place.file, place.decision, place.rule, f"output {column}")
