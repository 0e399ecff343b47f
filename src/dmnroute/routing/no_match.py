"""The error `no_match`: which inputs were null, who should have reported them, and which rule came nearest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dmnroute.dmn import Explanation
from dmnroute.errors import Place, RouteError
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.policy import PolicyVersion

_FACT = re.compile(r"facts\.(\w+)")
_STEP = re.compile(r"steps\.(\w+)")


def no_match(policy: PolicyVersion, context: Mapping[str, Any], catalogue: Catalogue, *, now: datetime) -> RouteError:
    """The error for a route that no rule gives."""
    decision = policy.model.decision(policy.route)
    explanation = decision.explain(context, now=now)
    return RouteError(
        f"no rule of `{decision.name}` matches",
        code="no_match",
        place=Place(file=policy.model.definitions.file, decision=decision.name),
        hint="; ".join([*null_inputs(explanation, context, catalogue), *_nearest(explanation)])
        or "the decision gives null; add a rule for this case",
    )


def null_inputs(explanation: Explanation, context: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    """Each input that was null, with whoever should have reported it."""
    return [
        f"`{value.text}` was null{_who(value.text, context, catalogue)}"
        for value in explanation.inputs
        if value.value is None
    ]


def _who(expression: str, context: Mapping[str, Any], catalogue: Catalogue) -> str:
    ran = context["steps"]
    for fact in _FACT.findall(expression):
        reporters = catalogue.reporters(fact)
        if reporters:
            return f" ({' or '.join(_state(name, ran) for name in reporters)} reports it)"
    for agent in _STEP.findall(expression):
        if agent not in ran:
            return f" (`{agent}` has not run)"
    return ""


def _state(agent: str, ran: Mapping[str, Any]) -> str:
    return f"`{agent}`, which ended {ran[agent]['status']}," if agent in ran else f"`{agent}`, which has not run,"


def _nearest(explanation: Explanation) -> list[str]:
    nearest = explanation.nearest
    if nearest is None:
        return []
    missed = " and ".join(str(cell) for cell in nearest.unmet)
    return [f"rule {nearest.index} came nearest: {missed}"]
