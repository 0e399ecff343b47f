"""`dmnroute run POLICY`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmnroute.cli.given import given_input, given_pairs
from dmnroute.cli.options import AsJson, EngineName, GivenInput
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.cli.streams import note, say
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.routing.records.run import Run


def start(
    context: typer.Context,
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="Name of the table: `intake` is dmn/intake.dmn.")],
    input: GivenInput = [],  # noqa: B006 (typer copies it)
    run_id: Annotated[
        str | None,
        typer.Option("--run-id", metavar="ID", help="Id of the run; starting an id twice changes nothing."),
    ] = None,
    tag: Annotated[
        list[str], typer.Option("--tag", metavar="KEY=VALUE", help="Label to find the run by; repeatable.")
    ] = [],  # noqa: B006 (typer copies it)
    patient: Annotated[
        bool, typer.Option("--patient", help="When the run asks people, wait here for their answer.")
    ] = False,
    engine: EngineName = None,
    as_json: AsJson = False,
) -> int:
    """Start a run, and drive it as far as it goes.

    It goes until it ends, stops, or waits for people. Each hop is told on a line, with the rules it was decided by.
    The exit code is 1 when the run failed or stopped.

    \b
    Example:
      dmnroute run intake --input path=letter.pdf --tag customer=17
    """
    given, tags = given_input(input), given_pairs(tag, option="--tag")
    if run_id is not None:
        _refuse_bad_id(run_id)
    work = _run(
        session_of(context).on(engine), policy, given, run_id=run_id, tags=tags, patient=patient, as_json=as_json
    )
    return wait_for(work, goes_on=True)


def _refuse_bad_id(run_id: str) -> None:
    """Step ids are made of the run's, by slashes and dots."""
    if not run_id or "/" in run_id or run_id != run_id.strip() or not run_id.isprintable():
        raise UsageError(f"run id `{run_id}` must be a word without `/`", code="bad_run_id")


async def _run(
    session: Session,
    policy: str,
    given: dict[str, Any],
    *,
    run_id: str | None,
    tags: dict[str, str],
    patient: bool,
    as_json: bool,
) -> int:
    from dmnroute.cli.driving import drive_on, with_history
    from dmnroute.cli.views.progress import ProgressLines
    from dmnroute.cli.views.rest import tell_rest

    async with session.opened(ProgressLines(quiet=as_json), as_json=as_json) as app:
        # Before the run is there: whoever misspells a policy starts nothing. The run's tenant may have its own version.
        await app.policies.active(policy, app.router.new_run(run_id or policy, policy, input=given))
        await app.reach_engine()
        started = await _start(app, policy, given, run_id=run_id, tags=tags)
        if not as_json:
            version = await app.policies.active(policy, started)
            say(f"{started.id}  policy {policy} version {version.version}")
        await drive_on(app, started.id, patient=patient)
        state, history = await with_history(app.store, started.id)
    return tell_rest(state, history, as_json=as_json)


async def _start(app: App, policy: str, given: dict[str, Any], *, run_id: str | None, tags: dict[str, str]) -> Run:
    """The new run; one that has this id already stays as it is."""
    while True:
        name = run_id or _fresh_id(app, policy)
        new = app.router.new_run(name, policy, input=given, tags=tags, limits=app.settings.limits)
        if await app.router.start([new]):
            return new
        if run_id is not None:
            return await _as_it_was(app, new)


async def _as_it_was(app: App, new: Run) -> Run:
    state = await app.store.state(new.id)
    assert state is not None
    before = state.run
    note(f"run `{new.id}` was started before ({state.status}); nothing new is started")
    for name, then, now in (("policy", before.policy, new.policy), ("input", before.input, new.input)):
        if then != now:
            note(f"it was started with another {name}, and keeps it")
    return before


def _fresh_id(app: App, policy: str) -> str:
    """Readable, and not used before: `intake-0701-1530-k3f9`."""
    from secrets import choice

    letters = "".join(choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(4))
    return f"{policy}-{app.router.clock.now():%m%d-%H%M}-{letters}"
