"""`dmnroute show`"""

from __future__ import annotations

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson, RunId
from dmnroute.cli.session import Session, session_of, wait_for


def show(context: typer.Context, run: RunId, as_json: AsJson = False) -> None:
    """Show everything that happened in a run.

    Tells each hop with its time, the rules that matched, its steps with confidence, cost and latency, and its end.

    \b
    Example:
      dmnroute show intake-0701-1530-k3f9
    """
    wait_for(_show(session_of(context), run, as_json=as_json))


async def _show(session: Session, run: str, *, as_json: bool) -> None:
    from dmnroute.cli.driving import with_history
    from dmnroute.cli.views.rest import run_document
    from dmnroute.cli.views.timeline import timeline
    from dmnroute.router.clock import SystemClock
    from dmnroute.routing.awaiting import awaited

    async with session.store() as store:
        state, history = await with_history(store, run)
    waits = awaited(history, now=SystemClock().now()) if state.status in ("waiting", "escalated") else None
    if as_json:
        streams.document(run_document(state, history) | {"waits": waits.model_dump() if waits else None})
    else:
        streams.say(timeline(state, history, waits=waits))
