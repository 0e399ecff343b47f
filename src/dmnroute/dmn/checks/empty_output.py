"""An empty output cell: null here, but Zeebe refuses to deploy the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn.checks.finding import Finding
from dmnroute.dmn.places import output_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmnroute.dmn.checks.base import Subject


def empty_output(subject: Subject) -> Iterator[Finding]:
    """Warn about each empty output cell of a file for Camunda 8."""
    if not subject.camunda:
        return
    for where, table in subject.tables():
        for index, rule in enumerate(table.rules):
            for number, entry in enumerate(rule.output_entries):
                if entry.text in ("", "-"):
                    yield Finding(
                        "empty_output",
                        "warning",
                        "the output cell is empty, which Zeebe refuses",
                        output_place(table, where, index, number),
                        "write `null`",
                    )
