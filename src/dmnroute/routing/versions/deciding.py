"""Which version of a policy decides a run now. Pure."""

from __future__ import annotations

from datetime import datetime

from dmnroute.routing.records.policy_change import DEFAULT_TENANT
from dmnroute.routing.records.run import Run
from dmnroute.routing.versions.life import Life
from dmnroute.routing.versions.line import Shadow


def deciding(life: Life, run: Run | None, at: datetime) -> int | None:
    """The version that decides a run's next hop at a moment; of no run: what decides those of the default tenant.

    A canary takes runs that were started since, and keeps them while it is under way: whether it takes one depends on
    nothing but the run's id, and on its share and tenants when the run started. Null: no version is active.
    """
    line = life.line(run.tenant if run else DEFAULT_TENANT, at)
    active, canary = line.active(at), line.canary
    if run is None or active is None or canary is None:
        return active
    return canary.version if canary.has(life.policy, run) else active


def shadowing(life: Life, run: Run, at: datetime) -> tuple[str, Shadow] | None:
    """The shadow that is asked at a run's next hop, and whose it is; null: there is none."""
    tenant = life.whose(run.tenant, at)
    line = life.lines.get(tenant)
    return None if line is None or line.shadow is None else (tenant, line.shadow)


def was_published(life: Life, tenant: str) -> bool:
    """Whether versions were ever active for a tenant, or for all: then a folder has no say any more."""
    return any(name in life.lines and life.lines[name].activations for name in (tenant, DEFAULT_TENANT))
