"""Order rows by the importance of their outputs: the order of the columns' allowed values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn.equality import same

if TYPE_CHECKING:
    from dmnroute.dmn.hit_policies.base import Row
    from dmnroute.feel.values import Value


def by_priority(rows: tuple[Row, ...], priorities: tuple[tuple[Value, ...], ...]) -> tuple[Row, ...]:
    """The most important first: by the first column, then the second, and so on.

    A value that isn't listed comes last; equals keep the order of the rules, and so do all without any list.
    """
    return tuple(sorted(rows, key=lambda row: _rank(row, priorities)))


def _rank(row: Row, priorities: tuple[tuple[Value, ...], ...]) -> tuple[int, ...]:
    return tuple(_position(value, order) for value, order in zip(row.outputs, priorities, strict=True))


def _position(value: Value, order: tuple[Value, ...]) -> int:
    return next((index for index, listed in enumerate(order) if same(listed, value)), len(order))
