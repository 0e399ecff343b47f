"""Ask a shadow version about a hop that another version has decided. Pure; nothing of it is ever done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dmnroute.errors import DmnrouteError, RouteError
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.decide import decide
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.hop import DecisionRecord, HopEnd
from dmnroute.routing.records.shadow import ShadowHop, Taken
from dmnroute.routing.way import name_of_way, way_of

CRASHED = "crashed"
"""The way of a shadow whose evaluation broke down in a manner that nobody has a name for."""


@dataclass(frozen=True, slots=True)
class ShadowBasis:
    """The shadow of a run's policy, with what its tables read beside the run."""

    number: int
    tenant: str
    """Whose shadow it is."""
    policy: PolicyVersion | DmnrouteError
    """Or why it can't be loaded."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    standing: Mapping[str, Any] = field(default_factory=dict)


def shadow_of(
    shadow: ShadowBasis,
    history: History,
    decided: DecisionRecord | RouteError,
    catalogue: Catalogue,
    *,
    previous: HopEnd,
    now: datetime,
    seed: int,
    by: PolicyVersion | None,
) -> ShadowHop | None:
    """What the shadow makes of the hop that `by` has decided, or couldn't; null where no table was asked.

    It sees the same run at the same moment with the same seed. Whatever goes wrong with it is an answer, too.
    """
    if isinstance(decided, DecisionRecord) and not _asked_tables(decided):
        return None
    try:
        if isinstance(shadow.policy, DmnrouteError):
            raise shadow.policy
        answer: DecisionRecord | Exception = decide(
            history,
            shadow.policy,
            catalogue,
            previous=previous,
            now=now,
            seed=seed,
            figures=shadow.figures,
            standing=shadow.standing,
            estimates=decided.estimates if isinstance(decided, DecisionRecord) else None,
        )
    except Exception as error:  # a shadow must never harm the run that it is asked about
        answer = error
    same = (
        isinstance(answer, DecisionRecord)
        and isinstance(decided, DecisionRecord)
        and way_of(answer.intended) == way_of(decided.intended)
    )
    return ShadowHop(
        run=history.run.id,
        hop=len(history.hops) + 1,
        at=now,
        policy=by.name if by else history.run.policy,
        tenant=shadow.tenant,
        version=shadow.number,
        beside=by.version if by else None,
        verdict="error" if isinstance(answer, Exception) else "same" if same else "differs",
        decided=_taken(decided),
        shadow=_taken(answer),
    )


def _asked_tables(decided: DecisionRecord) -> bool:
    """Not where the hop follows from an earlier one, a person named the agent, or a limit came first."""
    if decided.stage is not None or decided.forced is not None:
        return False
    return decided.limit is None or bool(decided.rules)


def _taken(answer: DecisionRecord | Exception) -> Taken:
    if isinstance(answer, DmnrouteError):
        return Taken(way=answer.code, reason=answer.message, error=True)
    if isinstance(answer, Exception):
        return Taken(way=CRASHED, reason=f"{type(answer).__name__}: {answer}", error=True)
    plan = answer.intended
    way = f"limit `{answer.limit}`" if answer.limit else name_of_way(plan)
    return Taken(rules=answer.rules, way=way, reason=plan.reason)
