"""`dmnroute policy canary`"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson, By, Why
from dmnroute.cli.publishing import ForTenant, PolicyName, VersionNumber, asked, guard_text, versions_of
from dmnroute.cli.session import session_of, wait_for
from dmnroute.cli.views.publications import change_line
from dmnroute.errors import UsageError


def canary(
    context: typer.Context,
    name: PolicyName,
    version: VersionNumber,
    share: Annotated[
        str | None, typer.Option("--share", metavar="SHARE", help="Of new runs, as in 0.1. Default: all of them.")
    ] = None,
    tenants: Annotated[str | None, typer.Option("--tenants", metavar="A,B", help="Of these tenants only.")] = None,
    guard: Annotated[
        Path | None,
        typer.Option("--guard", metavar="FILE.dmn", help="The table that judges it, and takes it back or promotes it."),
    ] = None,
    tenant: ForTenant = None,
    by: By = None,
    why: Why = None,
    as_json: AsJson = False,
) -> None:
    """Let a version decide some of the new runs, beside the one that decides all others.

    A run that the canary has taken stays with it while it is under way, also when the share changes: say `canary`
    again with another share to let it take more. `dmnroute policy activate` makes it decide all runs, `dmnroute policy
    rollback` takes it back.

    The guard is a decision table `Guard`. It reads how the runs of both versions are doing, and says `continue`,
    `rollback` or `promote`. Routers ask it whenever a run ends, and do what it says.

    \b
    Examples:
      dmnroute policy canary intake 8 --share 0.1 --guard dmn/guards/canary.dmn
      dmnroute policy canary intake 8 --tenants north,south
    """
    session, part = session_of(context), None if share is None else _share(share)
    named = tuple(text.strip() for text in tenants.split(",") if text.strip()) if tenants else ()

    async def work() -> None:
        from dmnroute.routing.versions.guard import checked_guard

        text = None if guard is None else guard_text(guard)
        async with session.store() as store:
            versions = versions_of(session.settings(), store)
            if text is not None and guard is not None:
                checked_guard(text, name=guard.name, now=versions.clock.now())
            by_whom = asked(by, why, tenant)
            change = await versions.canary(name, version, by_whom, share=part, tenants=named, guard=text)
        if as_json:
            streams.document(change.model_dump() if change else None)
        elif change is None:
            streams.say(f"{name}: version {version} is the canary already")
        else:
            guarded = "" if guard is None else f", guarded by {guard.name}"
            streams.say(f"{name}: {change_line(change)}{guarded}, by {change.who}")

    wait_for(work())


def _share(text: str) -> Decimal:
    try:
        share = Decimal(text)
    except InvalidOperation:
        share = Decimal(0)
    if not 0 < share <= 1:
        raise UsageError(f"`{text}` is no share", code="bad_input", hint="a number above 0, up to 1: 0.1 is a tenth")
    return share
