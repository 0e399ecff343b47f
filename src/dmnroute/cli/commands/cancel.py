"""`dmnroute cancel`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson, By, NoDrive, RunId, Why
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.cli.who import who_asks

if TYPE_CHECKING:
    from dmnroute.app import App


def cancel(
    context: typer.Context,
    run: RunId,
    by: By = None,
    why: Why = None,
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> None:
    """End a run, with its children, and undo what it has done.

    What finished steps have done is undone by the agents that they name for it (`compensate`), the latest first; then
    the run ends, and what couldn't be undone is told. Where nothing is to be undone it ends now. What a parent run does
    about it, its tables say.

    \b
    Example:
      dmnroute cancel intake-0701-1530-k3f9 --why "ordered twice"
    """
    asked = {"who": who_asks(by), "why": why}
    wait_for(_cancel(session_of(context), run, asked, drive=not no_drive, as_json=as_json), goes_on=True)


async def _cancel(session: Session, run: str, asked: dict[str, Any], *, drive: bool, as_json: bool) -> None:
    from dmnroute.cli.driving import drive_on, find_run, parent_of, with_history
    from dmnroute.cli.views.progress import ProgressLines
    from dmnroute.cli.views.rest import run_document
    from dmnroute.cli.views.undone import undone
    from dmnroute.routing.records.run import ENDED

    async with session.opened(ProgressLines(quiet=as_json), as_json=as_json) as app:
        before = await find_run(app.store, run)
        cancelled = await _open_runs_of(app, run)
        for name in cancelled:
            await app.engine_of(await find_run(app.store, name)).cancel(name, **asked)
        parent = parent_of(before)
        if drive and cancelled and (await find_run(app.store, run)).status not in ENDED:
            await drive_on(app, run)
        elif drive and parent and cancelled:
            await drive_on(app, parent)
        state, history = await with_history(app.store, run)
    if as_json:
        streams.document(run_document(state, history))
        return
    if not cancelled:
        streams.say(f"{run} has ended before ({before.status}); nothing changes")
    for name in cancelled:
        streams.say(f"{name} {'cancelled' if name != run or state.status in ENDED else 'is being undone'}")
    for line in undone(history):
        streams.say(line)


async def _open_runs_of(app: App, run: str) -> list[str]:
    """The run, and everything that runs for it, as far as it is open."""
    state, history = await app.store.state(run), await app.store.history(run)
    if state is None or history is None or state.status in ("completed", "failed", "cancelled"):
        return []
    steps = [step.id for hop in history.hops for step in hop.decision.plan.steps]
    return [run, *[child for step in steps for child in await _open_runs_of(app, step)]]
