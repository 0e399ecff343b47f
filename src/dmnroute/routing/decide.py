"""Decide the next hop: a pure function of what was recorded, the policy, the agents known, clock and seed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Context, localcontext
from typing import Any

from dmnroute.dmn import Result
from dmnroute.errors import Place, RouteError, TableError
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.context import build_context, facts_of, seconds_between
from dmnroute.routing.history import History
from dmnroute.routing.limits import ended_by_limit, fingerprint_of, limit_after, limit_before
from dmnroute.routing.no_match import no_match
from dmnroute.routing.plan import Situation, read_plan
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records import DecisionRecord, HopEnd, LimitName, Plan, RuleHit
from dmnroute.routing.rows import rows_of

FATAL_NOTICES = frozenset(
    {
        "unknown_name",
        "unknown_function",
        "type_mismatch",
        "not_comparable",
        "invalid_argument",
        "limit",
        "hit_policy",
        "type",
    }
)
"""Kinds of null that are mistakes in a table. Data that isn't there yet is a plain null."""

DECIMAL128 = Context(prec=34)
"""The arithmetic of FEEL. Decisions never depend on the context that an application has set for its own numbers."""


def decide(
    history: History,
    policy: PolicyVersion,
    catalogue: Catalogue,
    *,
    previous: HopEnd,
    now: datetime,
    seed: int,
    figures: Mapping[str, Any] | None = None,
) -> DecisionRecord:
    """The next hop of a run whose latest hop ended as `previous` says.

    Raises:
        RouteError: the tables give no route that can be carried out. Nothing is decided; the run keeps its state.
    """
    with localcontext(DECIMAL128):
        return _decide(history, policy, catalogue, previous=previous, now=now, seed=seed, figures=figures)


def _decide(
    history: History,
    policy: PolicyVersion,
    catalogue: Catalogue,
    *,
    previous: HopEnd,
    now: datetime,
    seed: int,
    figures: Mapping[str, Any] | None,
) -> DecisionRecord:
    facts = facts_of(history)
    rules: tuple[RuleHit, ...] = ()
    broken = limit_before(history, now=now)
    if broken is None:
        context = build_context(history, previous, now=now, figures=figures)
        result = _evaluate(policy, context, catalogue, now=now)
        rules = _rule_hits(result)
        plan = _plan(result, policy, history, catalogue, facts, now=now)
        fingerprint = fingerprint_of(plan, facts)
        broken = limit_after(history, plan, fingerprint)
    if broken is not None:
        plan = ended_by_limit(broken[1], facts)
        fingerprint = fingerprint_of(plan, facts)
    limit: LimitName | None = broken[0] if broken else None
    return DecisionRecord(
        run=history.run.id,
        hop=len(history.hops) + 1,
        at=now,
        seed=seed,
        policy=policy.name,
        version=policy.version,
        digest=policy.digest,
        previous=previous,
        signals_seen=max((signal.number for signal in history.signals), default=0),
        controls_seen=max((control.number for control in history.controls), default=0),
        figures=dict(figures or {}),
        rules=rules,
        plan=plan,
        limit=limit,
        fingerprint=fingerprint,
    )


def _evaluate(policy: PolicyVersion, context: dict[str, Any], catalogue: Catalogue, *, now: datetime) -> Result:
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


def _rule_hits(result: Result) -> tuple[RuleHit, ...]:
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


def _plan(
    result: Result,
    policy: PolicyVersion,
    history: History,
    catalogue: Catalogue,
    facts: Mapping[str, Any],
    *,
    now: datetime,
) -> Plan:
    limits = history.run.limits
    situation = Situation(
        run=history.run,
        hop=len(history.hops) + 1,
        now=now,
        facts=facts,
        catalogue=catalogue,
        money_left=None if limits.cost is None else max(limits.cost - history.spent(), limits.cost * 0),
        time_left=None if limits.time is None else limits.time - seconds_between(history.run.started, now),
    )
    place = Place(file=policy.model.definitions.file, decision=result.decision)
    return read_plan(rows_of(result, policy), situation, place=place)
