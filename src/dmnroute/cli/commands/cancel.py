"""`dmnroute cancel`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson, NoDrive, RunId
from dmnroute.cli.session import Session, session_of, wait_for

if TYPE_CHECKING:
    from dmnroute.app import App


def cancel(context: typer.Context, run: RunId, no_drive: NoDrive = False, as_json: AsJson = False) -> None:
    """End a run now, with its children. What a parent run does about it, its tables say.

    \b
    Example:
      dmnroute cancel intake-0701-1530-k3f9
    """
    wait_for(_cancel(session_of(context), run, drive=not no_drive, as_json=as_json), goes_on=True)


async def _cancel(session: Session, run: str, *, drive: bool, as_json: bool) -> None:
    from dmnroute.cli.driving import drive_on, find_run, parent_of, with_history
    from dmnroute.cli.views.progress import ProgressLines
    from dmnroute.cli.views.rest import run_document

    async with session.opened(ProgressLines(quiet=as_json), as_json=as_json) as app:
        before = await find_run(app.store, run)
        cancelled = await _open_runs_of(app, run)
        for name in cancelled:
            await app.engine_of(await find_run(app.store, name)).cancel(name)
        parent = parent_of(before)
        if drive and parent and cancelled:
            await drive_on(app, parent)
        state, history = await with_history(app.store, run)
    if as_json:
        streams.document(run_document(state, history))
        return
    if not cancelled:
        streams.say(f"{run} has ended before ({before.status}); nothing changes")
    for name in cancelled:
        streams.say(f"{name} cancelled")


async def _open_runs_of(app: App, run: str) -> list[str]:
    """The run, and everything that runs for it, as far as it is open."""
    state, history = await app.store.state(run), await app.store.history(run)
    if state is None or history is None or state.status in ("completed", "failed", "cancelled"):
        return []
    steps = [step.id for hop in history.hops for step in hop.decision.plan.steps]
    return [run, *[child for step in steps for child in await _open_runs_of(app, step)]]
