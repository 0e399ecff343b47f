"""`dmnroute signal`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.given import given_pairs, given_value
from dmnroute.cli.options import AsJson, NoDrive
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import OperatorError, UsageError

if TYPE_CHECKING:
    from dmnroute.app import App


def signal(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[RUN] NAME",
            help="The run, and the name as the table's column `signal` has it; the name alone with --policy or --tag.",
        ),
    ],
    payload: Annotated[
        str, typer.Option("--payload", metavar="JSON", help="What it says: JSON, @file or - (stdin).")
    ] = "null",
    key: Annotated[
        str | None, typer.Option("--key", metavar="KEY", help="The same key again is the same signal, in each run.")
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="POLICY", help="To all open runs of this policy.")
    ] = None,
    tag: Annotated[
        list[str], typer.Option("--tag", metavar="KEY=VALUE", help="To all open runs with this label; repeatable.")
    ] = [],  # noqa: B006 (typer copies it)
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> int:
    """Tell a run something from outside, and drive it on. With --policy or --tag many runs at once.

    \b
    Example:
      dmnroute signal order-17 paid --payload '{"amount": 12.50}'
      dmnroute signal strike_over --policy delivery --tag country=fr --key strike-7
    """
    from dmnroute.cli.driving import go_on

    session, tags = session_of(context), given_pairs(tag, option="--tag")
    said = given_value(payload, option="--payload")
    many = policy is not None or bool(tags)
    if len(words) != (1 if many else 2):
        wanted = "the name of the signal alone" if many else "a run and the name of the signal"
        raise UsageError(f"expected {wanted}", code="bad_arguments", hint="`dmnroute signal --help` shows both ways")
    if many:
        work = _many(session, words[0], said, policy, tags, key=key, drive=not no_drive, as_json=as_json)
        return wait_for(work, goes_on=True)
    run, name = words
    act = go_on(
        session,
        run,
        as_json=as_json,
        drive=not no_drive,
        act=lambda engine, found: engine.signal(found, name, said, key=key),
    )
    return wait_for(act, goes_on=True)


async def _many(
    session: Session,
    name: str,
    payload: Any,
    policy: str | None,
    tags: dict[str, str],
    *,
    key: str | None,
    drive: bool,
    as_json: bool,
) -> int:
    from dmnroute.cli.open_runs import OPEN, look
    from dmnroute.cli.views.progress import ProgressLines
    from dmnroute.router.crowd import drive_all

    async with session.opened(ProgressLines(quiet=as_json, named=True), as_json=as_json) as app:
        states = await app.store.states(statuses=OPEN, policy=policy, tags=tags or None)
        told = [state.run.id for state in states if await _tell(app, state.run.id, name, payload, key=key)]
        looked = await look(app, told) if told and drive else None
        open_runs, at_once = looked.to_drive if looked else [], app.settings.runs_at_once
        rested = {run: status async for run, status in drive_all(app.drive, open_runs, at_once=at_once)}
    if as_json:
        streams.document({"signalled": told, "driven": rested})
    for run in () if as_json else told:
        streams.say(f"{run} {rested[run]}" if run in rested else run)
    if not told and not as_json:
        streams.say("no open run is meant")
    return 0


async def _tell(app: App, run: str, name: str, payload: Any, *, key: str | None) -> bool:
    """False when the run has ended meanwhile."""
    state = await app.store.state(run)
    assert state is not None
    try:
        await app.engine_of(state).signal(run, name, payload, key=key)
    except OperatorError as error:
        if error.code != "run_ended":
            raise
        return False
    return True
