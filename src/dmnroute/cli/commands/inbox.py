"""`dmnroute inbox`"""

from __future__ import annotations

from typing import Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for


def inbox(
    context: typer.Context,
    group: Annotated[
        list[str], typer.Option("--group", metavar="GROUP", help="Only questions to this group; repeatable.")
    ] = [],  # noqa: B006 (typer copies it)
    assignee: Annotated[
        list[str], typer.Option("--assignee", metavar="NAME", help="Only questions to this person; repeatable.")
    ] = [],  # noqa: B006 (typer copies it)
    as_json: AsJson = False,
) -> None:
    """List the questions that wait for people, the oldest first.

    Each tells how to answer it; in JSON with the JSON Schema of its form.

    \b
    Example:
      dmnroute inbox --group claims
    """
    wait_for(_inbox(session_of(context), {*group}, {*assignee}, as_json=as_json))


async def _inbox(session: Session, groups: set[str], assignees: set[str], *, as_json: bool) -> None:
    from dmnroute.cli.views.awaiting import question
    from dmnroute.cli.waiting_runs import ASKING, waiting_runs

    async with session.opened(as_json=as_json) as app:
        found = await waiting_runs(app.store, clock=app.router.clock, statuses=ASKING)
        forms = app.registry.catalogue.forms or {}
    wanted = [
        each
        for each in found
        if (not groups or groups & {*each.groups}) and (not assignees or assignees & {*each.assignees})
    ]
    if as_json:
        schemas = {name: form.schema for name, form in forms.items()}
        streams.document([each.model_dump() | {"schema": schemas.get(each.form or "")} for each in wanted])
    else:
        streams.say("\n\n".join("\n".join(question(each)) for each in wanted) or "nobody is asked anything")
