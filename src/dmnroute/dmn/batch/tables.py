"""Columns out of whatever holds a table, without importing what made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

Column: TypeAlias = Sequence[Any]
"""A list of Python values, or a numpy array of numbers."""
Rows: TypeAlias = "Mapping[str, Iterable[object]] | Iterable[Mapping[str, object]] | Any"
"""Columns by name, records, or a table of Arrow, pandas or polars."""

_NUMBERS = "iuf"
"""numpy's letters for the kinds of numbers."""


def columns_of(rows: Rows) -> dict[str, Column] | None:
    """The columns of a table by name, all of one length; null for records. Raises UsageError for neither."""
    if isinstance(rows, (list, tuple)):
        return None
    columns = {str(name): column(values) for name, values in _named(rows)} if _is_table(rows) else None
    if columns is None and not isinstance(rows, Iterable):
        raise UsageError(f"`{type(rows).__name__}` is no table: give records, columns by name, or a data frame")
    lengths = {len(values) for values in (columns or {}).values()}
    if len(lengths) > 1:
        raise UsageError(f"the columns have different lengths: {', '.join(map(str, sorted(lengths)))}")
    return columns


def _is_table(rows: Any) -> bool:
    return isinstance(rows, Mapping) or hasattr(rows, "columns")


def _named(rows: Any) -> Iterable[tuple[str, Any]]:
    """Arrow has `column_names`; pandas and polars have the names in `columns`."""
    if isinstance(rows, Mapping):
        return rows.items()
    names = rows.column_names if hasattr(rows, "column_names") else rows.columns
    return [(name, rows[name]) for name in names]


def column(values: Any) -> Column:
    """The values of one column; what marks missing data in a data frame becomes null."""
    if isinstance(values, list):
        return values
    numbers = _numbers(values)
    if numbers is not None:
        return numbers
    for method in ("to_pylist", "to_list", "tolist"):
        convert: Callable[[], list[object]] | None = getattr(values, method, None)
        if convert is not None:
            return [None if _is_missing(value) else value for value in convert()]
    return list(values)


def _numbers(values: Any) -> Column | None:
    """A numpy array where there are only numbers, none missing; texts and objects are better as a list."""
    if not hasattr(values, "__array__") or _nulls(values):
        return None
    kind = getattr(getattr(values, "dtype", None), "kind", None)
    if kind is None or kind in _NUMBERS:
        array = values.__array__()
        if array.dtype.kind in _NUMBERS and not (array.dtype.kind == "f" and bool((array != array).any())):
            numbers: Column = array
            return numbers
    return None


def _nulls(values: Any) -> int:
    """How many values a column of Arrow or polars marks as missing."""
    count = getattr(values, "null_count", 0)
    return int(count() if callable(count) else count)


def _is_missing(value: object) -> bool:
    """Not-a-number and its like aren't equal to themselves; pandas' own mark isn't even that."""
    if value is None or isinstance(value, (str, int)):
        return value is None
    return type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value)
