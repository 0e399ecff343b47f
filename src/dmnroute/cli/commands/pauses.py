"""`dmnroute pauses`"""

from __future__ import annotations

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for


def pauses(context: typer.Context, as_json: AsJson = False) -> None:
    """List what is paused, by whom and why.

    Each tells since when, what timers do meanwhile, and how many runs it holds now.

    \b
    Example:
      dmnroute pauses
    """
    wait_for(_pauses(session_of(context), as_json=as_json))


async def _pauses(session: Session, *, as_json: bool) -> None:
    from dmnroute.cli.views.figures import minute
    from dmnroute.router.clock import SystemClock
    from dmnroute.router.pausing import Pausing
    from dmnroute.routing.catalogue import Catalogue

    async with session.store() as store:
        found = await store.pauses()
        held = await Pausing(store, SystemClock(), Catalogue()).held() if found else {}
    if as_json:
        streams.document([pause.model_dump() | {"holds": held.get(pause.key, 0)} for pause in found])
    elif found:
        rows = [
            (
                f"{pause.scope} {pause.name}".rstrip(),
                minute(pause.since),
                pause.who,
                pause.why or "",
                pause.timers,
                str(held.get(pause.key, 0)),
            )
            for pause in found
        ]
        streams.table(("paused", "since (UTC)", "by", "why", "timers", "holds runs"), rows)
    else:
        streams.say("nothing is paused")
