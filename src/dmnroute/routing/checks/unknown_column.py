"""An output column that means nothing: neither part of the route, nor an input field of an agent."""

from __future__ import annotations

from collections.abc import Iterator

from dmnroute.dmn.checks import Finding
from dmnroute.dmn.places import output_column
from dmnroute.errors import did_you_mean
from dmnroute.routing.checks.subject import PolicySubject
from dmnroute.routing.columns import RESERVED
from dmnroute.routing.records.step import CHILD_RUN, PROCESS


def unknown_column(subject: PolicySubject) -> Iterator[Finding]:
    """Report columns that no agent takes. Children take any, and without agents nothing can be said."""
    table, agents = subject.route_table(), subject.catalogue.agents
    children = any(name.startswith((CHILD_RUN, PROCESS)) for name, _ in subject.texts("agent"))
    if table is None or children or not agents:
        return
    known = RESERVED.union(*(spec.fields for spec in agents.values()))
    for number, clause in enumerate(table.outputs, 1):
        name = clause.name
        if name and name not in known and clause.label not in RESERVED:
            yield Finding(
                "unknown_column",
                "error",
                f"column `{name}` is no part of a route, and no agent takes it{did_you_mean(name, known)}",
                subject.where.place(column=output_column(table, number)),
                "a column is a word of the route (`agent`, `action`, `timeout`, …) or an input field of an agent",
            )
