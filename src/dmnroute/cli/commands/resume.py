"""`dmnroute resume`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson, By, NoDrive, Why
from dmnroute.cli.pause_scopes import Everything, OfAgent, Tenant, scopes
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.cli.who import who_asks

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.cli.open_runs import Looked
    from dmnroute.routing.pauses import Pause, PauseScope
    from dmnroute.routing.records.run import RunState


def resume(
    context: typer.Context,
    runs: Annotated[list[str] | None, typer.Argument(metavar="RUN", help="Only these; else all open runs.")] = None,
    tenant: Tenant = None,
    agent: OfAgent = None,
    everything: Everything = False,
    by: By = None,
    why: Why = None,
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> int:
    """Lift pauses, and go on with the open runs that nobody drives.

    After a crash, a reboot or Ctrl-C, runs go on where they were. Runs that another process drives are left alone; so
    are those that stopped, wait for people in time, or are paused. Each is told, with the reason. A run that is named
    is no longer paused itself; `--tenant`, `--agent` and `--all` lift those pauses, and the runs go on that they held.

    \b
    Examples:
      dmnroute resume
      dmnroute resume --all --why "prices mended"
    """
    lifted = scopes((), tenant, agent, everything=everything)
    asked = {"who": who_asks(by), "why": why}
    work = _resume(session_of(context), runs or [], lifted, asked, drive=not no_drive, as_json=as_json)
    return wait_for(work, goes_on=True)


async def _resume(
    session: Session,
    names: list[str],
    scoped: list[tuple[PauseScope, str]],
    asked: dict[str, Any],
    *,
    drive: bool,
    as_json: bool,
) -> int:
    from dmnroute.cli.open_runs import Looked, look
    from dmnroute.cli.views.progress import ProgressLines
    from dmnroute.cli.views.rest import WENT_WRONG
    from dmnroute.router.crowd import drive_all

    rested: dict[str, str] = {}
    async with session.opened(ProgressLines(quiet=as_json, named=True), as_json=as_json) as app:
        lifted = await _lift(app, [*await _paused(app, names), *scoped], asked)
        free = await app.look_at_free_runs()
        woken = [state.run.id for state in free if state.run.process_instance is not None]
        wanted = [name for name in (*names, *_local(free)) if name not in woken] if lifted else names
        looked = await look(app, wanted) if wanted or not lifted else Looked()
        for run in looked.unwanted:
            await app.router.controls.close(run)
        if not as_json:
            _tell(lifted, woken, looked)
        async for run, status in drive_all(
            app.drive, looked.to_drive if drive else [], at_once=app.settings.runs_at_once
        ):
            rested[run] = status
            if not as_json:
                streams.say(f"{run} {status}")
    if as_json:
        told = {"driven": rested, "left": looked.left, "cancelled": looked.unwanted}
        more = {"lifted": [pause.model_dump() for pause in lifted], "woken": woken} if lifted else {}
        streams.document(told | more)
    return int(any(status in WENT_WRONG for status in rested.values()))


async def _paused(app: App, names: list[str]) -> list[tuple[PauseScope, str]]:
    """The runs that are paused themselves, of those that were named."""
    from dmnroute.cli.driving import find_run
    from dmnroute.routing.pauses import pause_key

    found = [(await find_run(app.store, name)).run.id for name in names]
    keys = {pause.key for pause in await app.store.pauses()}
    return [("run", run) for run in found if pause_key("run", run) in keys]


async def _lift(app: App, scoped: list[tuple[PauseScope, str]], asked: dict[str, Any]) -> list[Pause]:
    return [await app.router.pausing.resume(scope, name, **asked) for scope, name in scoped]


def _local(states: list[RunState]) -> list[str]:
    return [state.run.id for state in states if state.run.process_instance is None]


def _tell(lifted: list[Pause], woken: list[str], looked: Looked) -> None:
    from dmnroute.cli.views.figures import moment

    for pause in lifted:
        streams.say(f"{pause.what} goes on; it was paused by {pause.who} since {moment(pause.since)}")
    for run in woken:
        streams.say(f"{run} woken on Zeebe")
    for run in looked.unwanted:
        streams.say(f"{run} cancelled: its parent has gone on without it")
    for run, reason in looked.left.items():
        streams.say(f"{run} left alone: {reason}")
    if not (looked.to_drive or looked.left or looked.unwanted or lifted):
        streams.say("nothing to resume: no run is open")
