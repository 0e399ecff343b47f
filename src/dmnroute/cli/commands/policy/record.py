"""`dmnroute policy record`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for


def record(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Id of the run, or the file of an exported one.")],
    hop: Annotated[int | None, typer.Argument(metavar="HOP", help="Number of the hop. Default: the latest.")] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Name of the test case.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="File of test cases. Default: the one beside the table."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a recorded decision as a test case of its table.

    The case gives the decision what its tables read at that hop, and expects what came out. It is added at the end of
    the file, which otherwise stays as it is; keeping the same case twice changes nothing.

    \b
    Example:
      dmnroute policy record intake-0701-1530-k3f9 4 --name "a poor scan is read again"
    """
    where, case, added = wait_for(_recorded(session_of(context), run, hop, name=name, file=file))
    if as_json:
        streams.document({"file": str(where), "name": case, "added": added})
    else:
        streams.say(f"added `{case}` to {where}" if added else f"`{case}` is in {where} already")


async def _recorded(
    session: Session, run: str, hop: int | None, *, name: str | None, file: Path | None
) -> tuple[Path, str, bool]:
    from dmnroute.cases.adding import add_case
    from dmnroute.cases.from_hop import case_from_hop
    from dmnroute.cli.recorded import recordings
    from dmnroute.project import find_project
    from dmnroute.routing.explanation import explain_hop

    async with recordings(session, [run]) as source:
        found = await source.run(run)
    number = hop or len(found.history.hops)
    explained = explain_hop(found.history, number, found.policy, found.catalogue)
    decision = explained.decision
    title = name or f"{decision.run}, hop {number}"
    project = find_project(session.settings().project)
    where = file or project.policies / f"{decision.policy}.tests.yaml"
    added = add_case(where, case_from_hop(explained, found.policy(decision), name=title))
    return where, title, added
