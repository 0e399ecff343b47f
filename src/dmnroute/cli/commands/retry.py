"""`dmnroute retry`"""

from __future__ import annotations

import typer

from dmnroute.cli.options import AsJson, NoDrive, RunId
from dmnroute.cli.session import session_of, wait_for


def retry(context: typer.Context, run: RunId, no_drive: NoDrive = False, as_json: AsJson = False) -> int:
    """Let a stopped run go on, by the policy as it is now.

    \b
    Example:
      dmnroute retry intake-0701-1530-k3f9
    """
    from dmnroute.cli.driving import go_on

    work = go_on(
        session_of(context),
        run,
        as_json=as_json,
        drive=not no_drive,
        act=lambda engine, found: engine.retry(found),
    )
    return wait_for(work, goes_on=True)
