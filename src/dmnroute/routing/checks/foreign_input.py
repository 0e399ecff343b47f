"""Input data that routing doesn't give: it would be null for ever."""

from __future__ import annotations

from collections.abc import Iterator

from dmnroute.dmn.checks import Finding
from dmnroute.dmn.model import InputData
from dmnroute.errors import Place, did_you_mean
from dmnroute.routing.checks.subject import PolicySubject
from dmnroute.routing.context import RoutingContext


def foreign_input(subject: PolicySubject) -> Iterator[Finding]:
    """Report input data whose name isn't a name of the routing context."""
    known = RoutingContext.model_fields
    for element in subject.model.definitions.elements:
        if isinstance(element, InputData) and element.name not in known:
            yield Finding(
                "foreign_input",
                "warning",
                f"input data `{element.name}` is nothing that a run has{did_you_mean(element.name, known)}",
                Place(subject.model.definitions.file),
                f"a run has {', '.join(f'`{name}`' for name in known)}",
            )
