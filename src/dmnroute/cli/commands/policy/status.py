"""`dmnroute policy status`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.publishing import PolicyName, versions_of
from dmnroute.cli.session import session_of, wait_for

if TYPE_CHECKING:
    from dmnroute.policies.versions import Versions
    from dmnroute.routing.versions.life import Life


def status(context: typer.Context, name: PolicyName, as_json: AsJson = False) -> None:
    """Tell what decides a policy's runs now, and how its shadow and its canary are doing.

    Of a shadow: how many hops it was asked about, and where it would have gone another way, from which rule to which.
    Of a canary: the figures of its runs beside those of the active version.

    \b
    Example:
      dmnroute policy status intake
    """
    session = session_of(context)

    async def work() -> list[dict[str, Any]]:
        async with session.store() as store:
            versions = versions_of(session.settings(), store)
            await versions.log(name)  # raises where nothing was published
            life = await versions.life(name)
            return [await _line(versions, life, tenant) for tenant in sorted(life.lines)]

    found = wait_for(work())
    if as_json:
        streams.document(found)
        return
    from dmnroute.cli.views.versions import show_line

    for line in found:
        show_line(name, line)


async def _line(versions: Versions, life: Life, tenant: str) -> dict[str, Any]:
    """What is in use for one tenant."""
    line, now = life.lines[tenant], versions.clock.now()
    coming = [each for each in line.activations if each.starts > now]
    return {
        "tenant": tenant,
        "active": line.active(now),
        "until": next((each.ends for each in reversed(line.activations) if each.holds(now)), None),
        "coming": [{"version": each.version, "starts": each.starts, "ends": each.ends} for each in coming],
        "shadow": await _shadow(versions, life, tenant),
        "canary": await _canary(versions, life, tenant),
    }


async def _shadow(versions: Versions, life: Life, tenant: str) -> dict[str, Any] | None:
    shadow = life.lines[tenant].shadow
    if shadow is None:
        return None
    moves = await versions.store.shadow_moves(life.policy, shadow.version, tenant, since=shadow.since)
    return {
        "version": shadow.version,
        "since": shadow.since,
        "hops": sum(move.hops for move in moves),
        "differing": sum(move.hops for move in moves if move.verdict != "same"),
        "moves": [
            {
                "verdict": move.verdict,
                "before": move.before,
                "after": move.after,
                "hops": move.hops,
                "runs": move.runs,
                "example": {"run": move.example[0], "hop": move.example[1]},
            }
            for move in moves
        ],
    }


async def _canary(versions: Versions, life: Life, tenant: str) -> dict[str, Any] | None:
    from dmnroute.policies.trials import trial

    canary = life.lines[tenant].canary
    if canary is None:
        return None
    figures = await trial(versions, life, tenant)
    return {
        "version": canary.version,
        "since": canary.since,
        "share": canary.share,
        "tenants": list(canary.tenants),
        "guarded": canary.guard is not None,
        "figures": figures.model_dump() if figures else None,
    }
