"""The figures of a canary beside those of the active version. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from math import ceil

from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.ports.trials import TrialRun
from dmnroute.routing.records.run import ENDED
from dmnroute.routing.records.trial import TrialContext, TrialFigures
from dmnroute.routing.versions.life import Life

PLACES = Decimal("0.000001")
_WIDE = Context(prec=50, rounding=ROUND_HALF_EVEN)


def trial_of(life: Life, tenant: str, runs: Iterable[TrialRun], now: datetime) -> TrialContext | None:
    """What is known of a tenant's canary; null when there is none, or nothing beside it.

    A run is counted for the version that takes it, also when that version has stopped it before its first decision.
    """
    line = life.lines.get(tenant)
    canary, active = (line.canary, line.active(now)) if line else (None, None)
    if canary is None or active is None:
        return None
    mine = [each for each in runs if life.whose(each.run.tenant, now) == tenant and each.run.started >= canary.since]
    taken = [each for each in mine if canary.has(life.policy, each.run)]
    ids = {each.run.id for each in taken}
    return TrialContext(
        policy=life.policy,
        tenant=tenant,
        share=canary.share,
        elapsed=seconds_between(canary.since, now),
        canary=_figures(canary.version, taken),
        active=_figures(active, [each for each in mine if each.run.id not in ids]),
    )


def _figures(version: int, runs: Collection[TrialRun]) -> TrialFigures:
    completed, failed, stopped = (
        [each for each in runs if each.status == status] for status in ("completed", "failed", "stopped")
    )
    finished = [*completed, *failed]
    escalated = sum(each.escalated for each in runs)
    latencies = sorted(seconds_between(each.run.started, each.updated) for each in finished)
    return TrialFigures(
        version=version,
        runs=len(runs),
        ended=sum(each.status in ENDED for each in runs),
        completed=len(completed),
        failed=len(failed),
        stopped=len(stopped),
        escalated=escalated,
        error_rate=_share(len(failed) + len(stopped), len(finished) + len(stopped)),
        escalation_rate=_share(escalated, len(runs)),
        cost_mean=_mean([each.cost for each in finished]),
        latency_mean=_mean(latencies),
        latency_p95=latencies[ceil(len(latencies) * 95 / 100) - 1] if latencies else None,
        hops_mean=_mean([Decimal(each.hop) for each in finished]),
    )


def _share(part: int, whole: int) -> Decimal | None:
    return _rounded(Decimal(part), whole) if whole else None


def _mean(values: Collection[Decimal]) -> Decimal | None:
    total = Decimal(0)
    for value in values:
        total = _WIDE.add(total, value)
    return _rounded(total, len(values)) if values else None


def _rounded(total: Decimal, by: int) -> Decimal:
    return _WIDE.divide(total, Decimal(by)).quantize(PLACES, context=_WIDE)
