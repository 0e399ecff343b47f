"""`dmnroute breakers list`"""

from __future__ import annotations

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for


def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List breakers, with their state and the reason.

    Those that the settings watch (`[breakers.…]`), or that a person has switched.

    \b
    Example:
      dmnroute breakers list
    """
    wait_for(_list(session_of(context), as_json=as_json))


async def _list(session: Session, *, as_json: bool) -> None:
    from dmnroute.app import switching
    from dmnroute.cli.views.breakers import HEADERS, breaker_document, breaker_row

    async with session.opened(as_json=as_json) as app:
        found, now = await switching(app).breakers(), app.router.clock.now()
    if as_json:
        streams.document([breaker_document(breaker, now) for breaker in found])
    elif not found:
        streams.say("no breakers")
        streams.note("`[breakers.default]` in `dmnroute.toml` watches every agent")
    else:
        streams.table(HEADERS, [breaker_row(breaker, now) for breaker in found])
