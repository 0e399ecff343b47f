"""A text in a cell that misses its quotes: it is read as a name that nothing provides, so as null."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn.checks.finding import Finding
from dmnroute.dmn.scope import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmnroute.dmn.checks.base import Subject
    from dmnroute.dmn.scope import ScopedReference


def missing_quotes(subject: Subject) -> Iterator[Finding]:
    """Report bare unknown names in cells."""
    for found in subject.model.references():
        if is_missing_quotes(found, subject):
            name = found.reference.names[0]
            yield Finding(
                "missing_quotes", "error", f'unknown name `{name}`; did you mean `"{name}"`?', found.place, _HINT
            )


_HINT = "text in a cell stands in quotes"


def is_missing_quotes(found: ScopedReference, subject: Subject) -> bool:
    """Whether an unknown name makes up a whole cell, or a whole alternative of an input cell."""
    place = found.place
    names = found.reference.names
    if found.origin is not Origin.OUTSIDE or len(names) != 1 or place.rule is None:
        return False
    if place.source is None or place.span is None or found.reference.implicit:
        return False
    if subject.known_names is not None and subject.known_names.first_unknown(names) is None:
        return False
    text = place.source.text
    if place.column.startswith("output"):
        return text.strip() == names[0]
    return names[0] in (part.strip() for part in _inside_not(text).split(","))


def _inside_not(text: str) -> str:
    stripped = text.strip()
    return stripped[4:-1] if stripped.startswith("not(") and stripped.endswith(")") else stripped
