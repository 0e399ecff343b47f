"""`dmnroute breakers open` and `dmnroute breakers close`"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson, By, Why
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.cli.who import who_asks

if TYPE_CHECKING:
    from dmnroute.router.switching import Switching
    from dmnroute.routing.breakers import Breaker

Name = Annotated[str, typer.Argument(metavar="NAME", help="An agent, or a target behind it: `vendor/model`.")]


def open_(
    context: typer.Context,
    name: Name,
    seconds: Annotated[
        float | None,
        typer.Option("--for", metavar="SECONDS", min=1, help="So long; else until somebody closes it."),
    ] = None,
    by: By = None,
    why: Why = None,
    as_json: AsJson = False,
) -> None:
    """Send no more steps to an agent, or to a target behind it.

    Its steps fail at once with the kind `breaker_open`, and tables route on it. Steps under way go on. After `--for`
    the next step tries whether all is well again, if a rule watches the breaker.

    \b
    Example:
      dmnroute breakers open openai/gpt-4o --for 600 --why "maintenance"
    """
    length = None if seconds is None else Decimal(str(seconds))
    session = session_of(context)
    _switch(session, lambda breakers: breakers.open(name, who=who_asks(by), why=why, seconds=length), as_json=as_json)


def close(context: typer.Context, name: Name, by: By = None, why: Why = None, as_json: AsJson = False) -> None:
    """Send steps again, with nothing counted.

    A rule that watches the breaker may open it again.

    \b
    Example:
      dmnroute breakers close openai/gpt-4o
    """
    session = session_of(context)
    _switch(session, lambda breakers: breakers.close(name, who=who_asks(by), why=why), as_json=as_json)


def _switch(session: Session, act: Callable[[Switching], Awaitable[Breaker]], *, as_json: bool) -> None:
    wait_for(_switched(session, act, as_json=as_json))


async def _switched(session: Session, act: Callable[[Switching], Awaitable[Breaker]], *, as_json: bool) -> None:
    from dmnroute.app import switching
    from dmnroute.cli.views.breakers import breaker_document, breaker_line

    async with session.opened(as_json=as_json) as app:
        breaker, now = await act(switching(app)), app.router.clock.now()
    if as_json:
        streams.document(breaker_document(breaker, now))
    else:
        streams.say(breaker_line(breaker, now))
