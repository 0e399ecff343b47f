"""A policy without its `Route` decision."""

from __future__ import annotations

from collections.abc import Iterator

from dmnroute.dmn.checks import Finding
from dmnroute.errors import Place, did_you_mean
from dmnroute.routing.checks.subject import PolicySubject


def missing_route(subject: PolicySubject) -> Iterator[Finding]:
    """Report that nothing in the file says where a run goes next."""
    decisions = subject.model.decisions
    if subject.route in decisions or any(decision.id == subject.route for decision in decisions.values()):
        return
    listed = ", ".join(f"`{name}`" for name in decisions)
    yield Finding(
        "missing_route",
        "error",
        f"the policy has no decision `{subject.route}`{did_you_mean(subject.route, decisions)}",
        Place(subject.model.definitions.file),
        f"it has {listed}" if listed else "it has no decisions",
    )
