"""A join that is a condition nobody can evaluate."""

from __future__ import annotations

from collections.abc import Iterator

from dmnroute.dmn.checks import Finding
from dmnroute.errors import RouteError
from dmnroute.routing.checks.subject import PolicySubject
from dmnroute.routing.join_condition import JOIN_WORDS, read_condition


def join_condition(subject: PolicySubject) -> Iterator[Finding]:
    """Report texts in `join` that are neither one of its words nor a FEEL condition over `outcomes`."""
    dialect = subject.model.definitions.dialect
    for text, place in subject.texts("join"):
        if text not in JOIN_WORDS:
            try:
                read_condition(text, dialect, place)
            except RouteError as error:
                yield Finding(error.code, "error", error.message, error.place, error.hint)
