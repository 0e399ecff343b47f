"""Decide the next hop: a pure function of what was recorded, the policy, the agents known, clock and seed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Context, localcontext
from typing import Any

from dmnroute.errors import Place, RouteError
from dmnroute.routing.arrivals import ending
from dmnroute.routing.asking import evaluate_route, rule_hits
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.columns import Row
from dmnroute.routing.compensation import next_undo, report, undoing
from dmnroute.routing.context import build_context, facts_of
from dmnroute.routing.follow_ups import follow_up
from dmnroute.routing.guarding import held_back
from dmnroute.routing.history import History
from dmnroute.routing.limits import (
    ended_by_limit,
    fingerprint_of,
    limit_after,
    limit_before,
    spending_limit,
    time_limit,
)
from dmnroute.routing.plan import read_plan
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.hop import DecisionRecord, HopEnd, LimitName
from dmnroute.routing.records.step import Estimate
from dmnroute.routing.rounds import latest_round
from dmnroute.routing.rows import rows_of
from dmnroute.routing.situation import Situation
from dmnroute.routing.slo import slo_left
from dmnroute.routing.spending import limits_left
from dmnroute.routing.steering import as_steered, forced

DECIMAL128 = Context(prec=34)
"""The arithmetic of FEEL. Decisions never depend on the context that an application has set for its own numbers."""


def decide(
    history: History,
    policy: PolicyVersion | RouteError,
    catalogue: Catalogue,
    *,
    previous: HopEnd,
    now: datetime,
    seed: int,
    figures: Mapping[str, Any] | None = None,
    standing: Mapping[str, Any] | None = None,
    estimates: Mapping[str, Estimate] | None = None,
) -> DecisionRecord:
    """The next hop of a run whose latest hop ended as `previous` says.

    What follows from the tables' last decision (asking guards, say) comes first, and needs no policy; else `policy` is
    the version to decide with, or why there is none.

    Raises:
        RouteError: the tables give no route that can be carried out. Nothing is decided; the run keeps its state.
    """
    history = as_steered(history)
    with localcontext(DECIMAL128):
        situation = _situation(history, catalogue, now=now, estimates=estimates or {})
        draft = _undone(history, situation) or _followed(history, situation)
        if draft is None:
            if isinstance(policy, RouteError):
                raise policy
            given = {"figures": dict(figures or {}), "standing": dict(standing or {})}
            draft = given | _asked(history, policy, situation, previous=previous, **given)
        return DecisionRecord(
            run=history.run.id,
            hop=situation.hop,
            at=now,
            seed=seed,
            previous=previous,
            signals_seen=max((signal.number for signal in history.signals), default=0),
            controls_seen=max((control.number for control in history.controls), default=0),
            estimates=dict(estimates or {}),
            stood=history.stood,
            **draft,
        )


def _situation(
    history: History, catalogue: Catalogue, *, now: datetime, estimates: Mapping[str, Estimate]
) -> Situation:
    limits = history.run.limits
    return Situation(
        run=history.run,
        hop=len(history.hops) + 1,
        now=now,
        facts=facts_of(history),
        catalogue=catalogue,
        left=limits_left(history),
        time_left=None if limits.time is None else limits.time - history.elapsed(now),
        estimates=estimates,
        slo_left=slo_left(history, now=now),
    )


Draft = dict[str, Any]
"""The fields of a decision that say what is next, and by what."""


def _undone(history: History, situation: Situation) -> Draft | None:
    """The hop that undoes, or the end once all is undone, whatever limits say; null where nothing is to be undone."""
    end, last = undoing(history), history.last
    if end is None or last is None:
        return None
    plan = next_undo(history, situation)
    if plan is None:
        plan = end if end.result is not None else end.model_copy(update={"result": report(history)})
    decided = last.decision
    version = {"policy": decided.policy, "version": decided.version, "digest": decided.digest}
    return version | {"plan": plan, "stage": "undo"}


def _followed(history: History, situation: Situation) -> Draft | None:
    """The hop that follows from the tables' last decision; null when the tables are to be asked.

    Input that ends a hop ends what would follow from it, too.
    """
    latest = latest_round(history)
    if latest is None or time_limit(history, now=situation.now) is not None or ending(history) is not None:
        return None
    follow = follow_up(latest, situation)
    if follow is None:
        return None
    stage, plan = follow
    first = latest.hops[0].decision
    version = {"policy": first.policy, "version": first.version, "digest": first.digest}
    broken = spending_limit(history, [step for step in plan.steps if step.done is None])
    return version | (_ended(broken, situation.facts) if broken else {"plan": plan, "stage": stage})


def _asked(
    history: History,
    policy: PolicyVersion,
    situation: Situation,
    *,
    previous: HopEnd,
    figures: Mapping[str, Any],
    standing: Mapping[str, Any],
) -> Draft:
    """What the tables say, within the limits."""
    version = {"policy": policy.name, "version": policy.version, "digest": policy.digest}
    facts, now = situation.facts, situation.now
    broken = limit_before(history, now=now)
    if broken is not None:
        return version | _ended(broken, facts)
    force = forced(history)
    if force is None:
        context = build_context(history, previous, now=now, figures=figures, standing=standing)
        result = evaluate_route(policy, context, situation.catalogue, now=now)
        rows = rows_of(result, policy)
        version["rules"] = rule_hits(result)
    else:
        rows = [_forced_row(force)]
        version["forced"] = force.number
    place = Place(file=policy.model.definitions.file, decision=policy.route)
    wanted = read_plan(rows, situation, dialect=policy.model.definitions.dialect, place=place)
    fingerprint = fingerprint_of(wanted, facts)
    if wanted.compensate and (undo := next_undo(history, situation)) is not None:
        return version | {"plan": undo, "held": wanted, "fingerprint": fingerprint}
    plan, held = held_back(wanted, situation)
    broken = limit_after(history, wanted, fingerprint, guards=plan.steps if held else ())
    if broken is not None:
        return version | _ended(broken, facts)
    return version | {"plan": plan, "held": held, "fingerprint": fingerprint}


def _forced_row(force: Control) -> Row:
    """What a table would have said."""
    why = f": {force.why}" if force.why else ""
    return Row({"agent": force.data["agent"], "reason": f"forced by {force.who}{why}"})


def _ended(broken: tuple[LimitName, str], facts: Mapping[str, Any]) -> Draft:
    name, reason = broken
    plan = ended_by_limit(reason, facts)
    return {"plan": plan, "limit": name, "fingerprint": fingerprint_of(plan, facts)}
