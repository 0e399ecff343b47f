"""`dmnroute worker`"""

from __future__ import annotations

from typing import Annotated

import typer

from dmnroute.cli.session import Session, session_of, wait_for


def worker(
    context: typer.Context,
    modules: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MODULE]...", help="Modules with agents. Default: the project's `workers/`."),
    ] = None,
) -> None:
    """Run the agents of a project as workers of the broker.

    Any number of workers may run. With the router's store a step that was delivered twice is done once.

    \b
    Examples:
      dmnroute worker
      dmnroute worker mycompany.agents.ocr
    """
    wait_for(_worker(session_of(context).on("zeebe"), modules or []))


async def _worker(session: Session, modules: list[str]) -> None:
    from dmnroute.agents.loading import load_modules
    from dmnroute.app import open_app
    from dmnroute.cli.serving import serve_until_told

    registry = load_modules(modules) if modules else None
    async with open_app(session.settings(), registry=registry) as app:
        await serve_until_told(app, router=False, agents=True)
