"""Make a fork of a run, drive it, and tell where it came to rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from dmnroute.cli.session import Session
from dmnroute.cli.streams import say

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.routing.records.run import Run

Make: TypeAlias = "Callable[[App, str], Awaitable[Run]]"
"""Makes the fork of the run that was found."""


async def tell_fork(session: Session, run: str, make: Make, *, drive: bool, as_json: bool) -> int:
    """The exit code is that of the fork."""
    from dmnroute.cli.driving import drive_on, find_run, with_history
    from dmnroute.cli.views.progress import ProgressLines
    from dmnroute.cli.views.rest import tell_rest

    async with session.opened(ProgressLines(quiet=as_json), as_json=as_json) as app:
        found = await find_run(app.store, run)
        made = await make(app, found.run.id)
        if not as_json:
            say(f"{made.id}  forked from {found.run.id} after {made.inherited} of its {found.hop} hops")
        if drive:
            await drive_on(app, made.id)
        state, history = await with_history(app.store, made.id)
    return tell_rest(state, history, as_json=as_json)
