"""A path that nothing provides: not the model, not the caller."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dmnroute.dmn.checks.finding import Finding
from dmnroute.dmn.checks.missing_quotes import is_missing_quotes
from dmnroute.dmn.model import InputData
from dmnroute.dmn.scope import Origin
from dmnroute.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmnroute.dmn.checks.base import Subject
    from dmnroute.dmn.checks.finding import Severity
    from dmnroute.dmn.checks.known_names import KnownNames
    from dmnroute.dmn.scope import ScopedReference


def unknown_name(subject: Subject) -> Iterator[Finding]:
    """Report paths from outside: an error when it is known what exists there, else a warning.

    Without known names, and without any input data in the file, nothing can be said.
    """
    scope = _scope_names(subject)
    for found in subject.model.references():
        if found.reference.implicit or is_missing_quotes(found, subject):
            continue
        if subject.known_names is not None:
            yield from _against(found, subject.known_names, scope)
        elif found.origin is Origin.OUTSIDE and _declares_inputs(subject):
            yield _finding(found, 0, scope, "warning")


def _against(found: ScopedReference, known: KnownNames, scope: tuple[str, ...]) -> Iterator[Finding]:
    if found.origin not in (Origin.OUTSIDE, Origin.INPUT):
        return
    if found.origin is Origin.INPUT and found.reference.names[0] not in known.parts:
        return
    unknown = known.first_unknown(found.reference.names)
    if unknown is not None:
        index, names = unknown
        yield _finding(found, index, (*names, *scope) if index == 0 else names, "error")


def _finding(found: ScopedReference, index: int, candidates: tuple[str, ...], severity: Severity) -> Finding:
    names = found.reference.names
    before = ".".join(names[:index])
    path = ".".join(names[: index + 1])
    nearest = did_you_mean(names[index], candidates)
    if before and nearest:
        nearest = nearest.replace("`", f"`{before}.", 1)
    place = found.place
    if place.source is not None and place.span is not None and index == 0:
        shown = place.source.text[place.span.start :]
        if shown.startswith(names[0]):
            place = replace(place, span=replace(place.span, end=place.span.start + len(names[0])))
    hint = (
        "" if nearest or not before else f"known are {', '.join(f'`{name}`' for name in sorted(candidates)[:_LISTED])}"
    )
    return Finding("unknown_name", severity, f"unknown name `{path}`{nearest}", place, hint)


_LISTED = 12


def _scope_names(subject: Subject) -> tuple[str, ...]:
    """The names of the model's own elements, for "did you mean"."""
    elements = subject.model.definitions.elements
    return tuple(name for element in elements for name in (element.variable.name, element.name) if name)


def _declares_inputs(subject: Subject) -> bool:
    return any(isinstance(element, InputData) for element in subject.model.definitions.elements)
