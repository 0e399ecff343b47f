"""`dmnroute answer`"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.given import given_input
from dmnroute.cli.options import AsJson, GivenInput, NoDrive, RunId
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.routing.awaiting import Awaited


def answer(
    context: typer.Context,
    run: RunId,
    input: GivenInput = [],  # noqa: B006 (typer copies it)
    question: Annotated[
        str | None,
        typer.Option("--question", metavar="STEP", help="The question that is meant, as `inbox` in JSON names it."),
    ] = None,
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> int:
    """Answer what a run asks people, and drive it on.

    Where the question has a form, a terminal asks field by field, and the answer has to fit. Tables find it as
    `steps.people.output`.

    \b
    Example:
      dmnroute answer intake-0701-1530-k3f9 --input accepted=true
    """
    if not input and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("the answer is missing", code="bad_input", hint="give it as `--input key=value`")
    work = _answer(session_of(context), run, input, question, drive=not no_drive, as_json=as_json)
    return wait_for(work, goes_on=True)


async def _answer(
    session: Session, run: str, parts: list[str], question: str | None, *, drive: bool, as_json: bool
) -> int:
    from dmnroute.cli.driving import drive_on, find_run, with_history
    from dmnroute.cli.views.progress import ProgressLines
    from dmnroute.cli.views.rest import tell_rest
    from dmnroute.routing.awaiting import awaited

    async with session.opened(ProgressLines(quiet=as_json), as_json=as_json) as app:
        found = await find_run(app.store, run)
        history = await app.store.history(found.run.id)
        waits = awaited(history, now=app.router.clock.now()) if history else None
        said = _said(app, waits, parts)
        meant = question or (waits.question if waits else None)
        await app.engine_of(found).answer(found.run.id, said, question=meant)
        if drive:
            await drive_on(app, found.run.id)
        state, history = await with_history(app.store, found.run.id)
    return tell_rest(state, history, as_json=as_json)


def _said(app: App, waits: Awaited | None, parts: list[str]) -> dict[str, Any]:
    """What was given on the command line; else what a person answers on the terminal."""
    from dmnroute.cli.asking import ask, typed

    form = app.registry.catalogue.form(waits.form) if waits else None
    if parts or waits is None:
        return given_input(typed(parts, form))
    if form is None:
        raise UsageError("the answer is missing", code="bad_input", hint="give it as `--input key=value`")
    if waits.shown:
        streams.note(streams.json_text(waits.shown, indent=2))
    return ask(form)
