"""`dmnroute router`"""

from __future__ import annotations

from typing import Annotated

import typer

from dmnroute.cli.options import By
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.cli.streams import note
from dmnroute.cli.who import who_asks


def router(
    context: typer.Context,
    paused: Annotated[
        bool, typer.Option("--paused", help="Pause everything first, so that nothing is sent before a release.")
    ] = False,
    by: By = None,
) -> None:
    """Answer the broker's question "what next?" by the project's tables.

    Any number of routers may run; they share the store, as in `dmnroute --store postgresql://… router`. The process
    `agent-run` is deployed at the start when it has changed. SIGTERM or Ctrl-C: no more jobs are taken, those at hand
    are finished.

    With `--paused` everything is paused before the first job is taken, as `dmnroute pause --all` does; `dmnroute
    release` then lets runs go on, as many in a time as you like, and `dmnroute resume --all` all of them.

    \b
    Examples:
      dmnroute router
      dmnroute router --paused
    """
    wait_for(_router(session_of(context).on("zeebe"), who=who_asks(by) if paused else None))


async def _router(session: Session, *, who: str | None) -> None:
    from dmnroute.cli.serving import serve_until_told

    async with session.opened() as app:
        if who is not None:
            timers = app.settings.pause_timers
            pause = await app.router.pausing.pause("all", who=who, why="the router starts paused", timers=timers)
            note(f"{pause}; `dmnroute release` lets runs go on, `dmnroute resume --all` all of them")
        await serve_until_told(app, router=True, agents=False)
