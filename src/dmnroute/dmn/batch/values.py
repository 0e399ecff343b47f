"""The values of a decision for many rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from dmnroute.dmn.batch.tables import columns_of
from dmnroute.dmn.compiled import Typed
from dmnroute.dmn.model import HitPolicyName
from dmnroute.dmn.table import TableLogic

if TYPE_CHECKING:
    from datetime import datetime

    from dmnroute.dmn.batch.lookup import BatchLookup
    from dmnroute.dmn.batch.tables import Column, Rows
    from dmnroute.dmn.library import Key
    from dmnroute.dmn.units import AnyUnit, DecisionUnit

Decide: TypeAlias = Callable[..., object]
"""Called with the inputs of one row and `now=`."""
Record: TypeAlias = Mapping[str, object]

_FEWEST = 32
"""Fewer rows are decided one by one."""
_SINGLE_HIT = (HitPolicyName.FIRST, HitPolicyName.UNIQUE, HitPolicyName.ANY, HitPolicyName.PRIORITY)


class Batch:
    """Decides rows together where that can be done, and one by one where not."""

    def __init__(
        self, unit: DecisionUnit, units: Mapping[Key, AnyUnit], declared: frozenset[str], decide: Decide
    ) -> None:
        self._decide = decide
        self._lookup = _lookup(unit, units, declared)
        self._outputs = _outputs(unit)
        """The names of the outputs, where a value is a context of them."""

    def values(self, rows: Rows, *, now: datetime | None = None) -> Any:
        """A list of values for records; for columns the outputs as columns, see `Decision.values`."""
        columns = columns_of(rows)
        if columns is None:
            given: Any = rows
            records: Sequence[Record] = given if isinstance(given, Sequence) else list(given)
            return self._of_records(records, now)
        count = len(next(iter(columns.values()), ()))
        found = self._together(columns, count)
        if found is None or self._lookup is None:
            return self._as_columns([self._decide(record, now=now) for record in _records(columns, count)])
        return self._of_columns(self._lookup, found, columns, now)

    def _of_records(self, records: Sequence[Record], now: datetime | None) -> list[object]:
        found = self._together(self._read(records), len(records))
        if found is None or self._lookup is None:
            return [self._decide(record, now=now) for record in records]
        single = {row: self._decide(records[row], now=now) for row in _undecided(found)}
        return _filled(self._lookup.answers.taken(found), single)

    def _of_columns(
        self, lookup: BatchLookup, found: Any, columns: Mapping[str, Column], now: datetime | None
    ) -> dict[str, list[object]] | list[object]:
        single = {
            row: self._decide({name: _plain(values[row]) for name, values in columns.items()}, now=now)
            for row in _undecided(found)
        }
        if self._outputs is None:
            return _filled(lookup.answers.taken(found), single)
        return {
            name: _filled(
                lookup.outputs[name].taken(found), dict(zip(single, _part([*single.values()], name), strict=True))
            )
            for name in self._outputs
        }

    def _as_columns(self, values: list[object]) -> dict[str, list[object]] | list[object]:
        return values if self._outputs is None else {name: _part(values, name) for name in self._outputs}

    def _read(self, records: Sequence[Record]) -> dict[str, Column]:
        """The columns that are looked at; none when a record lacks one, or there are only few."""
        if self._lookup is None or len(records) < _FEWEST:
            return {}
        try:
            return {name: [record[name] for record in records] for name in self._lookup.inputs.values()}
        except (KeyError, TypeError):
            return {}

    def _together(self, columns: Mapping[str, Column], count: int) -> Any:
        """For each row the index of its rule; null when the rows can't be looked up together."""
        if self._lookup is None or count < _FEWEST or not set(self._lookup.inputs.values()) <= columns.keys():
            return None
        return self._lookup.rules(columns, count)


def _lookup(unit: DecisionUnit, units: Mapping[Key, AnyUnit], declared: frozenset[str]) -> BatchLookup | None:
    """Null also without numpy: then rows are decided one by one."""
    try:
        from dmnroute.dmn.batch.lookup import batch_lookup
    except ImportError:
        return None
    return batch_lookup(unit, units, declared)


def _outputs(unit: DecisionUnit) -> list[str] | None:
    logic = unit.logic
    while isinstance(logic, Typed):
        logic = logic.logic
    if not isinstance(logic, TableLogic) or len(logic.columns) == 1 or logic.policy.name not in _SINGLE_HIT:
        return None
    return [column.name for column in logic.columns]


def _undecided(found: Any) -> list[int]:
    rows: list[int] = (found < -1).nonzero()[0].tolist()
    return rows


def _part(values: Sequence[Any], name: str) -> list[object]:
    return [value[name] if isinstance(value, dict) else None for value in values]


def _filled(made: list[Any], single: Mapping[int, object]) -> list[object]:
    for row, value in single.items():
        made[row] = value
    return made


def _records(columns: Mapping[str, Column], count: int) -> list[dict[str, object]]:
    lists = [values if isinstance(values, list) else [_plain(value) for value in values] for values in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)] if columns else [{}] * count


def _plain(value: Any) -> object:
    """Numbers of numpy as Python's."""
    return value.item() if hasattr(value, "item") else value
