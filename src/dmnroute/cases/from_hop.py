"""Make a test case of a recorded decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dmnroute.dmn.scope import Origin
from dmnroute.errors import OperatorError
from dmnroute.feel.values import from_python, to_json
from dmnroute.routing.explanation import HopExplanation
from dmnroute.routing.policy import PolicyVersion


def case_from_hop(hop: HopExplanation, policy: PolicyVersion, *, name: str) -> dict[str, Any]:
    """The case: what the tables read at that hop, and what came out.

    Raises:
        OperatorError: `nothing_decided`, when the tables weren't asked at that hop.
    """
    if not hop.decisions:
        raise OperatorError(
            f"the tables weren't asked at hop {hop.decision.hop} of run `{hop.decision.run}`",
            code="nothing_decided",
            hint="a limit ended the run there, or the hop followed from the one before",
        )
    route = hop.decisions[0].result
    value = to_json(from_python(route.value))
    return {
        "name": name,
        "given": _read_of(hop.context, _paths(policy)),
        "expect": _without_nulls(value),
        "rules": [rule.index for rule in route.matched],
    }


def _paths(policy: PolicyVersion) -> list[tuple[str, ...]]:
    """What any expression of the policy reads from outside."""
    outside = (Origin.OUTSIDE, Origin.INPUT)
    return sorted({found.reference.names for found in policy.model.references() if found.origin in outside})


def _read_of(context: Mapping[str, Any], paths: Iterable[tuple[str, ...]]) -> dict[str, Any]:
    """The part of the context that the paths lead to."""
    part: dict[str, Any] = {}
    for path in paths:
        _copy(context, path, part)
    return part


def _copy(source: Any, path: tuple[str, ...], into: dict[str, Any]) -> None:
    name, *rest = path
    if not isinstance(source, Mapping) or name not in source:
        return
    value = source[name]
    if rest and isinstance(value, Mapping):
        below = into.get(name, {})
        _copy(value, tuple(rest), below)
        if below:
            into[name] = below
    else:
        into[name] = to_json(from_python(value))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {name: item for name, item in value.items() if item is not None}
    return value
