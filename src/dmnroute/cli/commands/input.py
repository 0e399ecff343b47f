"""`dmnroute input`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli.given import given_input
from dmnroute.cli.options import AsJson, By, GivenInput, NoDrive, RunId, Why
from dmnroute.cli.session import session_of, wait_for
from dmnroute.cli.who import who_asks
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.router.engine import Engine


def input_(
    context: typer.Context,
    run: RunId,
    input: GivenInput = [],  # noqa: B006 (typer copies it)
    key: Annotated[
        str | None, typer.Option("--key", metavar="KEY", help="The same key again is the same input.")
    ] = None,
    by: By = None,
    why: Why = None,
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> int:
    """Give a run more or other input while it goes on, and drive it on.

    The column `on_input` of its tables says what becomes of it: it is rejected, waits for the next decision, ends what
    goes on, or restarts the run. It is recorded with who and why, and lies on top of what the run started with.

    \b
    Example:
      dmnroute input order-17 --input pieces=5 --by ann --why "the customer called"
    """
    from dmnroute.cli.driving import go_on

    given = given_input(input)
    if not given:
        raise UsageError("the input is missing", code="bad_input", hint="give it as `--input key=value`")

    async def act(engine: Engine, found: str) -> None:
        await engine.input(found, given, who=who_asks(by), why=why, key=key)

    return wait_for(go_on(session_of(context), run, as_json=as_json, drive=not no_drive, act=act), goes_on=True)
