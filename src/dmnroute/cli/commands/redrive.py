"""`dmnroute redrive`"""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.given import given_pairs
from dmnroute.cli.options import AsJson, NoDrive
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import OperatorError, UsageError

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.routing.records.run import RunStatus


def redrive(
    context: typer.Context,
    run: Annotated[list[str], typer.Argument(metavar="RUN", help="Ids of runs that ended.", show_default=False)] = [],  # noqa: B006 (typer copies it)
    failed: Annotated[bool, typer.Option("--failed", help="Every failed run that wasn't redriven yet.")] = False,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="POLICY", help="With --failed: only runs of this policy.")
    ] = None,
    tag: Annotated[
        list[str], typer.Option("--tag", metavar="KEY=VALUE", help="With --failed: only with this label; repeatable.")
    ] = [],  # noqa: B006
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="With --failed: so many at most.")] = None,
    jitter: Annotated[
        float, typer.Option("--jitter", metavar="SECONDS", min=0, help="Begin each after a time up to this.")
    ] = 0,
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> int:
    """Do once more what went wrong in runs that ended.

    Branches that failed or never ran are done, the finished ones aren't. Each run is redriven in a fork, which begins
    with its hops; the run itself stays as it was. The exit code is 1 when one of the forks fails or stops.

    \b
    Examples:
      dmnroute redrive order-17
      dmnroute redrive --failed --policy intake --jitter 60
    """
    if failed == bool(run):
        raise UsageError("name runs, or give --failed")
    tags = given_pairs(tag, option="--tag")
    if not failed and (policy or tags or limit):
        raise UsageError("--policy, --tag and --limit go with --failed")
    work = _redrive(
        session_of(context), run, policy, tags, limit=limit, jitter=jitter, drive=not no_drive, as_json=as_json
    )
    return wait_for(work, goes_on=True)


async def _redrive(
    session: Session,
    names: list[str],
    policy: str | None,
    tags: dict[str, str],
    *,
    limit: int | None,
    jitter: float,
    drive: bool,
    as_json: bool,
) -> int:
    from dmnroute.cli.dead_letters import dead_runs
    from dmnroute.cli.driving import find_run
    from dmnroute.cli.views.progress import ProgressLines
    from dmnroute.cli.views.rest import WENT_WRONG
    from dmnroute.router.crowd import drive_all

    made: dict[str, str] = {}
    left: dict[str, str] = {}
    rested: dict[str, str] = {}
    async with session.opened(ProgressLines(quiet=as_json, named=True), as_json=as_json) as app:
        runs = [(await find_run(app.store, name)).run.id for name in names]
        if not names:
            runs = [state.run.id for state in await dead_runs(app.store, policy=policy, tags=tags, limit=limit)]
        for run in runs:
            try:
                made[(await app.router.forks.redrive(run)).id] = run
            except OperatorError as error:
                if names:
                    raise
                left[run] = error.message
        if drive:
            async for fork, status in drive_all(_later(app, jitter), list(made), at_once=app.settings.runs_at_once):
                rested[fork] = status
                if not as_json:
                    streams.say(f"{made[fork]} redriven as {fork}: {status}")
    if as_json:
        streams.document({"forks": made, "rested": rested, "left": left})
    else:
        _tell(made, rested, left)
    return int(any(status in WENT_WRONG for status in rested.values()))


def _later(app: App, jitter: float) -> Drive:
    """Drive a run after a time that is drawn from its id: many that begin at once would ask the same agents at once."""

    async def drive(run: str) -> RunStatus:
        await asyncio.sleep(Random(run).random() * jitter)
        return await app.drive(run)

    return drive


def _tell(made: dict[str, str], rested: dict[str, str], left: dict[str, str]) -> None:
    for fork, run in made.items():
        if fork not in rested:
            streams.say(f"{run} redriven as {fork}; `dmnroute resume {fork}` goes on")
    for run, reason in left.items():
        streams.say(f"{run} left alone: {reason}")
    if not (made or left):
        streams.say("nothing to redrive")


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    Drive: TypeAlias = Callable[[str], Awaitable[RunStatus]]
