"""Test cases as a table, in CSV or XLSX: one case a row.

The columns `name`, `decision`, `rules` and `error` are those of a case; `expect` is the value, `expect.agent` one
entry of it; every other column is an input by its path, as in `facts.kind`. A cell is JSON where it is JSON, else a
text; an empty one says nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dmnroute.cases.placed import PlacedCase, bad_case, placed_case
from dmnroute.errors import OperatorError
from dmnroute.routing.canonical import loads, plain

OWN = ("name", "decision", "error")
"""Columns whose cells are texts as they stand."""


def read_csv(file: Path) -> list[PlacedCase]:
    """The cases of a CSV file. Raises TableError `bad_case`."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, restkey="", strict=True)
        try:
            return [_case(row, file, reader.line_num) for row in reader]
        except csv.Error as error:
            raise bad_case(f"this is no CSV: {error}", file, reader.line_num) from error


def read_xlsx(file: Path) -> list[PlacedCase]:
    """The cases of a workbook's first sheet.

    Raises:
        TableError: `bad_case`.
        OperatorError: `missing_extra`.
    """
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise OperatorError(
            f"`{file.name}` needs the extra `xlsx`", code="missing_extra", hint="pip install 'dmnroute[xlsx]'"
        ) from error
    workbook = load_workbook(file, read_only=True, data_only=True)
    try:
        return [_case(row, file, line) for line, row in _rows(workbook.worksheets[0])]
    finally:
        workbook.close()


def _rows(sheet: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = sheet.iter_rows(values_only=True)
    headers = [str(name) for name in next(rows, ()) if name is not None]
    for line, row in enumerate(rows, 2):
        if any(cell is not None for cell in row):
            yield line, dict(zip(headers, row, strict=False))


def _case(row: Mapping[str, Any], file: Path, line: int) -> PlacedCase:
    if "" in row:
        raise bad_case("the row has more cells than there are columns", file, line)
    raw: dict[str, Any] = {}
    for column, cell in row.items():
        if cell is None or cell == "":
            continue
        if column in OWN:
            raw[column] = str(cell)
        elif column == "rules":
            raw["rules"] = _rules(cell, file, line)
        else:
            own = column == "expect" or column.startswith("expect.")
            _put(raw, column if own else f"given.{column}", _value(cell), file, line)
    return placed_case(raw, file, line)


def _rules(cell: Any, file: Path, line: int) -> list[int]:
    """``3``, ``3, 5``"""
    try:
        return [int(part) for part in str(cell).split(",")]
    except ValueError as error:
        raise bad_case(f"`rules` must be numbers of rules, not `{cell}`", file, line) from error


def _value(cell: Any) -> Any:
    if not isinstance(cell, str):
        return plain(cell)
    try:
        return loads(cell)
    except ValueError:
        return cell


def _put(into: dict[str, Any], path: str, value: Any, file: Path, line: int) -> None:
    *outer, last = path.split(".")
    for name in outer:
        into = into.setdefault(name, {})
        if not isinstance(into, dict):
            raise bad_case(f"column `{path}` is inside of a value of another column", file, line)
    into[last] = value
