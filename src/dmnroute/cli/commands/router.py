"""`dmnroute router`"""

from __future__ import annotations

import typer

from dmnroute.cli.session import Session, session_of, wait_for


def router(context: typer.Context) -> None:
    """Answer the broker's question "what next?" by the project's tables.

    Any number of routers may run; they share the store, as in `dmnroute --store postgresql://… router`. The process
    `agent-run` is deployed at the start when it has changed. SIGTERM or Ctrl-C: no more jobs are taken, those at hand
    are finished.

    \b
    Example:
      dmnroute router
    """
    wait_for(_router(session_of(context).on("zeebe")))


async def _router(session: Session) -> None:
    from dmnroute.cli.serving import serve_until_told

    async with session.opened() as app:
        await serve_until_told(app, router=True, agents=False)
