"""`dmnroute policy shadow`"""

from __future__ import annotations

from typing import Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson, By, Why
from dmnroute.cli.publishing import ForTenant, PolicyName, asked, versions_of
from dmnroute.cli.session import session_of, wait_for
from dmnroute.cli.views.publications import change_line
from dmnroute.errors import UsageError


def shadow(
    context: typer.Context,
    name: PolicyName,
    version: Annotated[
        int | None, typer.Argument(metavar="[VERSION]", min=1, help="Its number; it has passed the gate.")
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="Ask the shadow no more.")] = False,
    tenant: ForTenant = None,
    by: By = None,
    why: Why = None,
    as_json: AsJson = False,
) -> None:
    """Ask a version at every hop, too, and never follow it.

    It sees the same run at the same moment as the version that decides. Where it would have gone another way, or its
    tables give no route, is recorded beside the hop: `dmnroute policy status` counts it, `dmnroute show` and `dmnroute
    explain` tell it of a hop. A new shadow takes the place of the one before.

    \b
    Examples:
      dmnroute policy publish dmn/intake.dmn --verify
      dmnroute policy shadow intake 8
      dmnroute policy shadow intake --end
    """
    if end != (version is None):
        raise UsageError("name the VERSION that becomes the shadow, or --end")
    session = session_of(context)

    async def work() -> None:
        async with session.store() as store:
            versions, by_whom = versions_of(session.settings(), store), asked(by, why, tenant)
            if version is None:
                change = await versions.end_shadow(name, by_whom)
            else:
                change = await versions.shadow(name, version, by_whom)
        if as_json:
            streams.document(change.model_dump() if change else None)
        elif change is None:
            streams.say(f"{name}: version {version} is the shadow already")
        else:
            streams.say(f"{name}: {change_line(change)}, by {change.who}")

    wait_for(work())
