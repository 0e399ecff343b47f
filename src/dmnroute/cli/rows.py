"""Many inputs at once: a table in CSV, a JSON array or JSON lines, from a file or from stdin."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import simplejson

from dmnroute.cli.given import json_or_text
from dmnroute.errors import Place, UsageError

Row = dict[str, Any]

_FORMS = "give CSV with names in its first line, a JSON array of objects, or an object on each line"


def given_rows(source: str) -> list[Row]:
    """The rows of a file, or of stdin for `-`; what it holds is seen from how it begins.

    In CSV the first line names the inputs (`last.confidence` is an entry of a context), an empty cell is null, and a
    cell is JSON where it is JSON, else the text as it stands.

    An empty JSON array means no rows; a text without any is a mistake.

    Raises:
        UsageError: `bad_input`, `no_file`.
    """
    name = "stdin" if source == "-" else source
    text = _text(source)
    is_json = text.lstrip()[:1] in ("[", "{")
    try:
        rows = list(_json_rows(text, name) if is_json else _csv_rows(text, name))
    except csv.Error as error:
        raise UsageError(f"not CSV: {error}", code="bad_input", place=Place(name)) from error
    if not rows and not is_json:
        raise UsageError("there are no rows", code="bad_input", place=Place(name), hint=_FORMS)
    return rows


def _text(source: str) -> str:
    if source == "-":
        return sys.stdin.read()
    try:
        return Path(source).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"`{source}` isn't text in UTF-8", code="bad_input") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"can't read `{source}`: {reason.lower()}", code="no_file") from error


def _json_rows(text: str, name: str) -> Iterator[Row]:
    stripped = text.strip()
    if stripped.startswith("["):
        rows = _parsed(stripped, name)
    else:
        lines = enumerate(stripped.splitlines(), start=1)
        rows = [_parsed(line, f"{name}, line {number}") for number, line in lines if line.strip()]
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise UsageError(f"row {number} is no JSON object", code="bad_input", place=Place(name))
        yield row


def _parsed(text: str, where: str) -> Any:
    try:
        return simplejson.loads(text, use_decimal=True, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise UsageError("not JSON", code="bad_input", place=Place(where), hint=_FORMS) from error


def _csv_rows(text: str, name: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text), strict=True)
    header = next(reader, [])
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(header):
            message = f"{len(cells)} cells, but the first line names {len(header)}"
            raise UsageError(message, code="bad_input", place=Place(f"{name}, line {reader.line_num}"))
        row: Row = {}
        for column, cell in zip(header, cells, strict=True):
            _put(row, column.strip().split("."), json_or_text(cell) if cell else None, name)
        yield row


def _put(row: Row, path: list[str], value: Any, name: str) -> None:
    for step in path[:-1]:
        inner = row.setdefault(step, {})
        if not isinstance(inner, dict):
            message = f"the column `{step}` can't be a value and hold `{'.'.join(path)}`"
            raise UsageError(message, code="bad_input", place=Place(name))
        row = inner
    row[path[-1]] = value
