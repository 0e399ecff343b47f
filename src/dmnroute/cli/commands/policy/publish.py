"""`dmnroute policy publish`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.bringing import Bringing
from dmnroute.cli.moments import moment
from dmnroute.cli.options import AsJson, By, Why
from dmnroute.cli.publishing import Ends, ForTenant, OwnProcess, Span, Starts, asked
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.cli.stopped_runs import RetryStopped
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.publishing.publish import Goal


def publish(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Tables, as in dmn/intake.dmn.")],
    draft: Annotated[bool, typer.Option("--draft", help="Only keep it; it needs to be readable, no more.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Bring it through the gate, and don't make it active.")
    ] = False,
    starts: Starts = None,
    ends: Ends = None,
    retry: RetryStopped = False,
    process: OwnProcess = False,
    tenant: ForTenant = None,
    by: By = None,
    why: Why = None,
    as_json: AsJson = False,
) -> int:
    """Bring a table through the gate and make it decide.

    The gate reads it, checks it against the agents, and runs the test cases beside it. What passes becomes a version
    that never changes, and is active: every router follows within a second, and a hop is decided by one version as a
    whole. From then on the file is a draft: saving it changes nothing until it is published again.

    With --process, or the setting `own_processes`, the policy has a process of its own on Zeebe: whoever starts
    `agent-run-intake` starts a run of `intake`, and Operate tells policies apart. Runs that a mistake in the policy
    has stopped are listed, and go on with --retry, or when you say so on the terminal.

    The exit code is 1 when a table is kept out; nothing of it is published then.

    \b
    Examples:
      dmnroute policy publish dmn/intake.dmn --why "surer before it answers"
      dmnroute policy publish dmn/intake.dmn --verify
      dmnroute policy publish dmn/intake.dmn --retry
    """
    if draft and verify:
        raise UsageError("--draft and --verify exclude each other")
    goal: Goal = "draft" if draft else "verified" if verify else "active"
    for option, given in (("--retry", retry), ("--process", process)):
        if given and goal != "active":
            raise UsageError(f"{option} goes with a version that becomes active")
    if (starts or ends) and goal != "active":
        raise UsageError("--from and --until go with a version that becomes active")
    span = Span(*(None if text is None else moment(text) for text in (starts, ends)))
    session, by_whom = session_of(context), asked(by, why, tenant)
    bringing = Bringing(session, by_whom, goal, span, retry=retry, process=process, as_json=as_json)
    found = wait_for(_publish(session, files, bringing), goes_on=True)
    if as_json:
        streams.document(found)
    return int(any(not each["published"] for each in found))


async def _publish(session: Session, files: list[Path], bringing: Bringing) -> list[dict[str, Any]]:
    from dmnroute.publishing.draft import draft_of_file

    drafts = [draft_of_file(file) for file in files]
    async with session.opened(as_json=bringing.as_json) as app:
        return await bringing.bring(app, drafts)
