"""A reserved word that is a column's label instead of its name."""

from __future__ import annotations

from collections.abc import Iterator

from dmnroute.dmn.checks import Finding
from dmnroute.dmn.places import output_column
from dmnroute.routing.checks.subject import PolicySubject
from dmnroute.routing.columns import RESERVED


def column_label(subject: PolicySubject) -> Iterator[Finding]:
    """Report output columns labelled, but not named, like a column of the route: the name is what counts."""
    table = subject.route_table()
    if table is None:
        return
    for number, clause in enumerate(table.outputs, 1):
        if clause.label in RESERVED and clause.name != clause.label:
            yield Finding(
                "column_label",
                "error",
                f"the column labelled `{clause.label}` is named `{clause.name}`, and its name counts",
                subject.where.place(column=output_column(table, number)),
                f"in Modeler, open the column's header and set the name to `{clause.label}`",
            )
