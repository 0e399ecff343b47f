"""`dmnroute events`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for

if TYPE_CHECKING:
    from dmnroute.routing.ports.events import Event

LOOK = 0.5
"""Seconds between two looks for new events."""


def events(
    context: typer.Context,
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Only events of this run.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more, until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell what happened, in order, one line each.

    Runs started, hops decided, steps ended, signals, stops, and policies that changed or were refused.

    \b
    Example:
      dmnroute events --follow
    """
    wait_for(_events(session_of(context), run, follow=follow, as_json=as_json))


async def _events(session: Session, run: str | None, *, follow: bool, as_json: bool) -> None:
    import asyncio

    from dmnroute.cli.driving import find_run

    async with session.store() as store:
        if run is not None:
            await find_run(store, run)
        after = 0
        while True:
            found = await store.events(after=after, run=run)
            for event in found:
                _tell(event, as_json=as_json)
                after = event.number
            if not found and not follow:
                return
            if not found:
                await asyncio.sleep(LOOK)


def _tell(event: Event, *, as_json: bool) -> None:
    if as_json:
        streams.json_line(_document(event))
        return
    from dmnroute.cli.views.figures import moment, value

    details = "  ".join(f"{name}={value(what)}" for name, what in event.data.items() if what is not None)
    streams.say("  ".join(part for part in (moment(event.at), event.kind, event.run or "", details) if part))


def _document(event: Event) -> dict[str, Any]:
    return {"number": event.number, "at": event.at, "kind": event.kind, "run": event.run, "data": event.data}
