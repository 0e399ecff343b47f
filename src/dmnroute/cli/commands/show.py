"""`dmnroute show`"""

from __future__ import annotations

from typing import Any

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
    from dmnroute.agents.holding import awaited_now
    from dmnroute.cli.driving import with_history
    from dmnroute.cli.views.rest import run_document
    from dmnroute.cli.views.timeline import timeline
    from dmnroute.router.clock import SystemClock
    from dmnroute.routing.pauses import pause_of
    from dmnroute.routing.records.run import ENDED

    async with session.store() as store:
        state, history = await with_history(store, run)
        is_waiting = state.status in ("waiting", "escalated")
        waits = await awaited_now(store, SystemClock(), history) if is_waiting else None
        shadows = await store.shadows(state.run.id)
        pause = None if state.status in ENDED else pause_of(state, await store.pauses())
    if as_json:
        more: dict[str, Any] = {
            "waits": waits.model_dump() if waits else None,
            "paused": pause.model_dump() if pause else None,
            "shadows": [shadow.model_dump() for shadow in shadows],
        }
        streams.document(run_document(state, history) | more)
    else:
        streams.say(timeline(state, history, waits=waits, pause=pause, shadows=shadows))
