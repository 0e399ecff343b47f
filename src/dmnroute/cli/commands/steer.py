"""`dmnroute steer`"""

from __future__ import annotations

from typing import Annotated

import typer

from dmnroute.cli.options import AsJson, NoDrive, RunId
from dmnroute.cli.session import session_of, wait_for
from dmnroute.errors import UsageError


def steer(
    context: typer.Context,
    run: RunId,
    cancel: Annotated[
        list[str],
        typer.Option("--cancel", metavar="STEP", help="Step to end, as `dmnroute show` names it: `3.2`; repeatable."),
    ] = [],  # noqa: B006 (typer copies it)
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> int:
    """Change a run while it is under way. The other steps of the hop go on; their outcomes stay.

    \b
    Example:
      dmnroute steer order-17 --cancel 3.2
    """
    from dmnroute.cli.driving import go_on
    from dmnroute.router.engine import Engine

    if not cancel:
        raise UsageError("nothing to steer", code="nothing_to_steer", hint="name a step by `--cancel STEP`")

    async def act(engine: Engine, found: str) -> None:
        for step in cancel:
            await engine.cancel_step(step if step.startswith(f"{found}/") else f"{found}/{step}")

    return wait_for(go_on(session_of(context), run, as_json=as_json, drive=not no_drive, act=act), goes_on=True)
