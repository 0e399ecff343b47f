"""A form that the project doesn't have: people couldn't be asked."""

from __future__ import annotations

from collections.abc import Iterator

from dmnroute.dmn.checks import Finding
from dmnroute.routing.checks.subject import PolicySubject
from dmnroute.routing.forms import unknown_form


def missing_form(subject: PolicySubject) -> Iterator[Finding]:
    """Report forms that a cell of `Route` names and nobody declares.

    Without any forms and agents nothing can be said.
    """
    forms = subject.catalogue.forms
    if forms is None or not (forms or subject.catalogue.agents):
        return
    for name, place in subject.texts("form"):
        if name not in forms:
            message, hint = unknown_form(name, forms)
            yield Finding("unknown_form", "error", message, place, hint)
