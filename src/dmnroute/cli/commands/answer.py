"""`dmnroute answer`"""

from __future__ import annotations

import typer

from dmnroute.cli.given import given_input
from dmnroute.cli.options import AsJson, GivenInput, NoDrive, RunId
from dmnroute.cli.session import session_of, wait_for
from dmnroute.errors import UsageError


def answer(
    context: typer.Context,
    run: RunId,
    input: GivenInput = [],  # noqa: B006 (typer copies it)
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> int:
    """Answer what a run asks people, and drive it on.

    Tables find the answer as `steps.people.output`.

    \b
    Example:
      dmnroute answer intake-0701-1530-k3f9 --input accepted=true
    """
    from dmnroute.cli.driving import go_on

    if not input:
        raise UsageError("the answer is missing", code="bad_input", hint="give it as `--input key=value`")
    said = given_input(input)
    work = go_on(
        session_of(context),
        run,
        as_json=as_json,
        drive=not no_drive,
        act=lambda engine, found: engine.answer(found, said),
    )
    return wait_for(work, goes_on=True)
