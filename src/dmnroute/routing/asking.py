"""Ask the tables of a policy, and refuse what is a mistake in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dmnroute.dmn import Result
from dmnroute.errors import RouteError, TableError
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.mistakes import FATAL_NOTICES
from dmnroute.routing.no_match import no_match
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.hop import RuleHit


def evaluate_route(policy: PolicyVersion, context: Mapping[str, Any], catalogue: Catalogue, *, now: datetime) -> Result:
    """What the tables answer.

    Raises:
        RouteError: `no_match`, or the mistake that made a value null.
    """
    try:
        result = policy.model.evaluate(policy.route, context, now=now)
    except RouteError:
        raise
    except TableError as error:
        raise RouteError(error.message, code=error.code, place=error.place, hint=error.hint) from error
    mistake = next((notice for notice in result.notices if notice.kind in FATAL_NOTICES), None)
    if mistake is not None:
        raise RouteError(mistake.message, code=mistake.kind, place=mistake.place)
    if result.value is None and not result.matched:
        raise no_match(policy, context, catalogue, now=now)
    return result


def rule_hits(result: Result) -> tuple[RuleHit, ...]:
    """The rules that matched, of the required decisions first, in the order in which they were needed."""
    required = [hit for needed in result.required.values() for hit in _hits_of(needed)]
    return (*required, *_hits_of(result))


def _hits_of(result: Result) -> list[RuleHit]:
    return [
        RuleHit(
            decision=result.decision,
            rule=rule.index,
            id=rule.id,
            annotation=next((note for note in rule.annotations if note), rule.description),
        )
        for rule in result.matched
    ]
