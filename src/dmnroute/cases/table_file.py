"""Test cases as a table, in CSV or XLSX: one case a row.

The columns `name`, `decision`, `rules` and `error` are those of a case; `expect` is the value, `expect.agent` one
entry of it; every other column is an input by its path, as in `facts.kind`. A cell is JSON where it is JSON, else a
text; an empty one says nothing.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from dmnroute.cases.placed import PlacedCase, bad_case, placed_case
from dmnroute.errors import OperatorError
from dmnroute.routing.canonical import loads, plain

OWN = ("name", "decision", "error")
"""Columns whose cells are texts as they stand."""

MIDNIGHT = time()

_DECIMAL = re.compile(r"-?\d+,\d+")


def read_csv(file: Path) -> list[PlacedCase]:
    """The cases of a CSV file, with the separator that its first line has: a comma, a semicolon or a tab.

    Where the comma doesn't separate cells it may be that of decimals, as in `0,8`: so spreadsheets write it in many
    countries. Raises TableError `bad_case`.
    """
    with file.open(encoding="utf-8-sig", newline="") as lines:
        separator = _separator(lines.readline())
        lines.seek(0)
        reader = csv.reader(lines, delimiter=separator, strict=True)
        try:
            columns = _columns(next(reader, []), file)
            return [
                _case(
                    _by_column(columns, _decimals(row) if separator != "," else row, file, reader.line_num),
                    file,
                    reader.line_num,
                )
                for row in reader
                if any(row)
            ]
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
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as error:
        raise OperatorError(
            f"`{file.name}` needs the extra `xlsx`", code="missing_extra", hint="pip install 'dmnroute[xlsx]'"
        ) from error
    try:
        workbook = load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise bad_case("this is no workbook", file, 1, hint="save it as .xlsx") from error
    try:
        rows = workbook.worksheets[0].iter_rows(values_only=True)
        columns = _columns(["" if name is None else str(name) for name in next(rows, ())], file)
        return [
            _case(_by_column(columns, list(row), file, line), file, line)
            for line, row in enumerate(rows, 2)
            if any(cell is not None for cell in row)
        ]
    finally:
        workbook.close()


def _separator(head: str) -> str:
    """What stands between the names of the columns: none of them has such a character itself."""
    return max(",;\t", key=head.count)


def _decimals(row: list[str]) -> list[str]:
    return [cell.replace(",", ".") if _DECIMAL.fullmatch(cell) else cell for cell in row]


def _columns(names: Sequence[str], file: Path) -> list[str]:
    """The names in the first row; empty where there is none."""
    columns = [name.strip() for name in names]
    for name, number in Counter(filter(None, columns)).items():
        if number > 1:
            raise bad_case(f"{number} columns are named `{name}`", file, 1)
    return columns


def _by_column(columns: Sequence[str], cells: Sequence[Any], file: Path, line: int) -> dict[str, Any]:
    """The cells of a row that say something. Nothing is passed over: a cell in the wrong place would test nothing."""
    row: dict[str, Any] = {}
    for number, cell in enumerate(cells, 1):
        if cell is None or cell == "":
            continue
        if number > len(columns):
            raise bad_case("the row has more cells than there are columns", file, line)
        if not columns[number - 1]:
            raise bad_case(f"cell {number} is in a column without a name", file, line)
        row[columns[number - 1]] = cell
    return row


def _case(row: Mapping[str, Any], file: Path, line: int) -> PlacedCase:
    raw: dict[str, Any] = {}
    for column, cell in row.items():
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
    if isinstance(cell, float):
        return Decimal(f"{cell:.15g}")  # as many digits as a spreadsheet has: 0.1 + 0.2 is 0.3 there
    if isinstance(cell, datetime) and cell.time() == MIDNIGHT:
        return cell.date().isoformat()  # workbooks don't tell days from moments
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
