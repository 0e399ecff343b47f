"""`dmnroute resume`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for

if TYPE_CHECKING:
    from dmnroute.cli.open_runs import Looked


def resume(
    context: typer.Context,
    runs: Annotated[list[str] | None, typer.Argument(metavar="RUN", help="Only these; else all open runs.")] = None,
    as_json: AsJson = False,
) -> int:
    """Go on with the open runs that nobody drives.

    After a crash, a reboot or Ctrl-C, runs go on where they were. Runs that another process drives are left alone; so
    are those that stopped or wait for people in time. Each is told, with the reason.

    \b
    Example:
      dmnroute resume
    """
    return wait_for(_resume(session_of(context), runs or [], as_json=as_json), goes_on=True)


async def _resume(session: Session, names: list[str], *, as_json: bool) -> int:
    from dmnroute.cli.open_runs import look
    from dmnroute.cli.views.progress import ProgressLines
    from dmnroute.cli.views.rest import WENT_WRONG
    from dmnroute.router.crowd import drive_all

    rested: dict[str, str] = {}
    async with session.opened(ProgressLines(quiet=as_json, named=True), as_json=as_json) as app:
        looked = await look(app, names)
        for run in looked.unwanted:
            await app.router.controls.close(run)
        if not as_json:
            _tell_left(looked)
        async for run, status in drive_all(app.drive, looked.to_drive, at_once=app.settings.runs_at_once):
            rested[run] = status
            if not as_json:
                streams.say(f"{run} {status}")
    if as_json:
        streams.document({"driven": rested, "left": looked.left, "cancelled": looked.unwanted})
    return int(any(status in WENT_WRONG for status in rested.values()))


def _tell_left(looked: Looked) -> None:
    for run in looked.unwanted:
        streams.say(f"{run} cancelled: its parent has gone on without it")
    for run, reason in looked.left.items():
        streams.say(f"{run} left alone: {reason}")
    if not (looked.to_drive or looked.left or looked.unwanted):
        streams.say("nothing to resume: no run is open")
