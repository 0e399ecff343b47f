"""`dmnroute signal`"""

from __future__ import annotations

from typing import Annotated

import typer

from dmnroute.cli.given import given_value
from dmnroute.cli.options import AsJson, NoDrive, RunId
from dmnroute.cli.session import session_of, wait_for


def signal(
    context: typer.Context,
    run: RunId,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the signal, as the table's column `signal` has it.")
    ],
    payload: Annotated[
        str, typer.Option("--payload", metavar="JSON", help="What it says: JSON, @file or - (stdin).")
    ] = "null",
    key: Annotated[
        str | None, typer.Option("--key", metavar="KEY", help="The same key again is the same signal.")
    ] = None,
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> int:
    """Tell a run something from outside, and drive it on.

    \b
    Example:
      dmnroute signal order-17 paid --payload '{"amount": 12.50}'
    """
    from dmnroute.cli.driving import go_on

    said = given_value(payload, option="--payload")
    work = go_on(
        session_of(context),
        run,
        as_json=as_json,
        drive=not no_drive,
        act=lambda engine, found: engine.signal(found, name, said, key=key),
    )
    return wait_for(work, goes_on=True)
