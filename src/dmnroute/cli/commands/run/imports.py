"""`dmnroute run import`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for

if TYPE_CHECKING:
    from dmnroute.router.imports import Imported


def import_(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Files of exported runs.", exists=True, dir_okay=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Put exported runs into the store: to show, explain, replay and fork them.

    Importing a file twice changes nothing. An imported run counts for nothing: for no budget, breaker or figure of an
    agent; its results aren't reused; and one that hadn't ended doesn't go on by itself.

    \b
    Example:
      dmnroute --store elsewhere.db run import order.json
    """
    found = wait_for(_imported(session_of(context), files))
    if as_json:
        streams.document([_document(each) for each in found])
        return
    for each in found:
        streams.say(_line(each))


async def _imported(session: Session, files: list[Path]) -> list[Imported]:
    from dmnroute.router.clock import SystemClock
    from dmnroute.router.imports import import_runs
    from dmnroute.routing.stored_history import read_runs

    given = [read_runs(file.read_bytes()) for file in files]
    async with session.store() as store:
        now = SystemClock().now()
        return [each for runs in given for each in await import_runs(runs, store, at=now)]


def _document(each: Imported) -> dict[str, object]:
    state = each.state
    return {"run": state.run.id, "new": each.is_new, "status": state.status, "hops": state.hop}


def _line(each: Imported) -> str:
    from dmnroute.cli.views.figures import count

    state = each.state
    what = f"imported, {count(state.hop, 'hop')}, {state.status}" if each.is_new else "is there already"
    return f"{state.run.id}  {what}"
