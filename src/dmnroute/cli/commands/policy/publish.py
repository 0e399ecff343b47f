"""`dmnroute policy publish`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.moments import moment
from dmnroute.cli.options import AsJson, By, Why
from dmnroute.cli.publishing import (
    Ends,
    ForTenant,
    Offered,
    RetryStopped,
    Span,
    Starts,
    asked,
    gate_of,
    offer_retry,
    publication_document,
    tell_offered,
    tell_publication,
    versions_of,
)
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.policies.versions import Asked
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
    process: Annotated[
        bool, typer.Option("--process", help="Deploy a copy of `agent-run` under the policy's own id and name, too.")
    ] = False,
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
    by_whom = asked(by, why, tenant)
    work = _publish(session_of(context), files, goal, by_whom, span, retry=retry, process=process, as_json=as_json)
    found = wait_for(work, goes_on=True)
    if as_json:
        streams.document(found)
    return int(any(not each["published"] for each in found))


async def _publish(
    session: Session,
    files: list[Path],
    goal: Goal,
    by: Asked,
    span: Span,
    *,
    retry: bool,
    process: bool,
    as_json: bool,
) -> list[dict[str, object]]:
    from dmnroute.publishing.draft import draft_of_file
    from dmnroute.publishing.own_process import deploy_own_process
    from dmnroute.publishing.publish import publish as bring

    drafts, documents = [draft_of_file(file) for file in files], []
    async with session.opened(as_json=as_json) as app:
        versions = versions_of(app.settings, app.store)
        process = goal == "active" and (process or app.settings.own_processes)
        if process:  # a broker that is away says so while nothing is published yet
            await app.gateway.reach()
        for each in drafts:
            found = await bring(each, gate_of(app), versions, by, goal=goal, starts=span.starts, ends=span.ends)
            if not as_json:
                tell_publication(found, span)
            own = await deploy_own_process(app.gateway, versions, found, by) if process else None
            if not as_json:
                _tell_process(own)
            stops = found.state == "active"
            offered = (
                await offer_retry(session, app.store, found.policy, retry=retry, as_json=as_json)
                if stops
                else Offered()
            )
            if not as_json:
                tell_offered(offered)
            documents.append(publication_document(found) | {"process": own} | offered.document())
    return documents


def _tell_process(own: str | None) -> None:
    if own is not None:
        streams.say(f"  runs of its own process on Zeebe: `{own}`")
