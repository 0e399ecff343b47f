"""`dmnroute policy log`"""

from __future__ import annotations

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.publishing import PolicyName, versions_of
from dmnroute.cli.session import session_of, wait_for
from dmnroute.cli.views.publications import change_line


def log(context: typer.Context, name: PolicyName, as_json: AsJson = False) -> None:
    """Tell what people did with the versions of a policy: who, when, why, and what it changed. The latest comes last.

    \b
    Example:
      dmnroute policy log intake
    """
    session = session_of(context)

    async def work() -> None:
        from dmnroute.cli.views.figures import moment

        async with session.store() as store:
            found = await versions_of(session.settings(), store).log(name)
        if as_json:
            streams.document([change.model_dump() for change in found])
            return
        for change in found:
            why = f": {change.why}" if change.why else ""
            streams.say(f"{moment(change.at)}  {change_line(change)}, by {change.who}{why}")
            for line in change.changes:
                streams.say(f"  {line}")

    wait_for(work())
