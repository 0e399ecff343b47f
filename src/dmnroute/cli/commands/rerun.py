"""`dmnroute rerun`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli.forking import tell_fork
from dmnroute.cli.options import AsJson, ForkId, NoDrive, RunId
from dmnroute.cli.session import session_of, wait_for

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.routing.records.run import Run


def rerun(
    context: typer.Context,
    run: RunId,
    steps: Annotated[
        list[str], typer.Argument(metavar="STEP", help="Steps of one hop, as `dmnroute show` names them: `3.2`.")
    ],
    name: ForkId = None,
    no_drive: NoDrive = False,
    as_json: AsJson = False,
) -> int:
    """Do steps of a run once more, in a fork.

    The outcomes of the other steps of their hop count as they were; the tables go on from there.

    \b
    Example:
      dmnroute rerun order-17 3.2
    """

    async def make(app: App, found: str) -> Run:
        whole = [step if step.startswith(f"{found}/") else f"{found}/{step}" for step in steps]
        return await app.router.forks.rerun(found, whole, name=name)

    return wait_for(tell_fork(session_of(context), run, make, drive=not no_drive, as_json=as_json), goes_on=True)
