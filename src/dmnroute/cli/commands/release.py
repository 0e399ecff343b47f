"""`dmnroute release`"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.given import given_pairs
from dmnroute.cli.options import AsJson, By, NoDrive, Why
from dmnroute.cli.releasable import Releasable, statuses_of
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.cli.who import who_asks

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.router.pacing import Pace
    from dmnroute.routing.records.run import RunStatus


def release(
    context: typer.Context,
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="RUN", help="Only these; else all that are held.", show_default=False)
    ] = None,
    policy: Annotated[str | None, typer.Option("--policy", metavar="POLICY", help="Only runs of this policy.")] = None,
    tenant: Annotated[str | None, typer.Option("--tenant", metavar="TENANT", help="Only runs of this tenant.")] = None,
    tag: Annotated[
        list[str], typer.Option("--tag", metavar="KEY=VALUE", help="Only runs with this label; repeatable.")
    ] = [],  # noqa: B006 (typer copies it)
    status: Annotated[
        list[str], typer.Option("--status", metavar="STATUS", help="Only these: running, waiting, …; repeatable.")
    ] = [],  # noqa: B006
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="So many at most, the oldest first.")
    ] = None,
    rate: Annotated[
        str | None, typer.Option("--rate", metavar="RATE", help="So many in a time: `10/s`, `30/min`, `100/h`.")
    ] = None,
    jitter: Annotated[
        float, typer.Option("--jitter", metavar="SECONDS", min=0, help="Let each go later by up to this.")
    ] = 0,
    by: By = None,
    why: Why = None,
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> int:
    """Let runs go on in spite of a pause.

    They go on with their children, whether their tenant is paused or everything. The pause stays: runs that start later
    are held by it. A run that is paused itself stays so. Ctrl-C ends it; those that were released go on. The exit code
    is 1 when one of them fails or stops here.

    \b
    Examples:
      dmnroute release --policy intake --rate 30/min --jitter 2
      dmnroute release order-17 --why "it can't wait"
    """
    from dmnroute.router.pacing import pace_of

    tags = given_pairs(tag, option="--tag")
    wanted = Releasable(runs or (), policy, tenant, tags, statuses_of(status), limit)
    asked = {"who": who_asks(by), "why": why}
    work = _release(
        session_of(context), wanted, pace_of(rate, jitter=jitter), asked, drive=not no_drive, as_json=as_json
    )
    return wait_for(work, goes_on=True)


async def _release(
    session: Session, wanted: Releasable, pace: Pace, asked: dict[str, Any], *, drive: bool, as_json: bool
) -> int:
    from dmnroute.cli.views.progress import ProgressLines
    from dmnroute.cli.views.rest import WENT_WRONG

    async with session.opened(ProgressLines(quiet=as_json, named=True), as_json=as_json) as app:
        runs = await wanted.among(app)
        rested = await _let_go(app, runs, pace, asked, drive=drive, quiet=as_json)
    if as_json:
        streams.document({"released": runs, "rested": rested})
    elif not runs:
        streams.say("nothing to release: no such run is held by a pause of its tenant, or of everything")
    return int(any(status in WENT_WRONG for status in rested.values()))


async def _let_go(
    app: App, runs: list[str], pace: Pace, asked: dict[str, Any], *, drive: bool, quiet: bool
) -> dict[str, str]:
    """Let each run go at its moment, and have it go on; answers where those came to rest that are driven here."""
    loop, at_once = asyncio.get_running_loop(), asyncio.Semaphore(app.settings.runs_at_once)
    began = loop.time()
    driven: dict[str, asyncio.Task[RunStatus]] = {}
    for after, run in pace.moments(runs):
        await asyncio.sleep(max(0.0, began + after - loop.time()))
        await app.router.pausing.release(run, **asked)
        if not quiet:
            streams.say(f"{run} released")
        state = await app.store.state(run)
        assert state is not None
        await app.engine_of(state).look(run)
        if drive and state.run.process_instance is None:
            driven[run] = asyncio.create_task(_driven(app, run, at_once, quiet=quiet))
    return {run: await task for run, task in driven.items()}


async def _driven(app: App, run: str, at_once: asyncio.Semaphore, *, quiet: bool) -> RunStatus:
    async with at_once:
        status = await app.drive(run)
    if not quiet:
        streams.say(f"{run} {status}")
    return status
