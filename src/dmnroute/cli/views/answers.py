"""What a decision answered to many rows of inputs, as a table."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from dmnroute.cli import streams
from dmnroute.cli.rows import Row
from dmnroute.feel.values import from_python, to_json


class Answers:
    """Rows of inputs with the values that they led to, or the errors."""

    def __init__(self, decision: str) -> None:
        self.decision = decision
        self.rows: list[tuple[Row, Any, str]] = []

    def add(self, row: Row, value: object, error: str = "") -> None:
        """Keep what a row led to."""
        self.rows.append((row, to_json(from_python(value)), error))

    @property
    def failed(self) -> int:
        """How many rows ended in an error."""
        return sum(bool(error) for _, _, error in self.rows)

    def documents(self) -> Iterator[dict[str, Any]]:
        """A JSON document for each row."""
        for row, value, error in self.rows:
            yield {"inputs": row, "error": error} if error else {"inputs": row, "value": value}

    def cells(self) -> tuple[list[str], list[list[str]]]:
        """Headers, and a line of texts for each row: inputs, outputs, and the error where any row has one."""
        flat = [dict(_flat(row)) for row, _, _ in self.rows]
        inputs = list(dict.fromkeys(name for row in flat for name in row))
        values = [self._outputs(value) for _, value, _ in self.rows]
        outputs = list(dict.fromkeys(name for given in values for name in given))
        shown = [name if name not in inputs else f"{self.decision}.{name}" for name in outputs]
        headers = [*inputs, *shown, *(["error"] if self.failed else [])]
        lines = []
        for row, given, (_, _, error) in zip(flat, values, self.rows, strict=True):
            cells = [_text(row.get(name)) for name in inputs] + [_text(given.get(name)) for name in outputs]
            lines.append([*cells, *([error.partition("\n")[0]] if self.failed else [])])
        return headers, lines

    def _outputs(self, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        return {} if value is None else {self.decision: value}

    def write_csv(self) -> None:
        """Write the table as CSV to stdout."""
        headers, lines = self.cells()
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([headers, *lines])


def _flat(row: Row, prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else streams.json_text(value)
