"""`dmnroute policy publish`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson, By, Why
from dmnroute.cli.publishing import (
    ForTenant,
    asked,
    gate_of,
    publication_document,
    stopped_runs,
    tell_publication,
    versions_of,
)
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.policies.versions import Asked
    from dmnroute.publishing.publish import Goal, Publication


def publish(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Tables, as in dmn/intake.dmn.")],
    draft: Annotated[bool, typer.Option("--draft", help="Only keep it; it needs to be readable, no more.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Bring it through the gate, and don't make it active.")
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Let runs go on that a mistake in the policy stopped.")
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

    The exit code is 1 when a table is kept out; nothing of it is published then.

    \b
    Examples:
      dmnroute policy publish dmn/intake.dmn --why "surer before it answers"
      dmnroute policy publish dmn/intake.dmn --verify
    """
    if draft and verify:
        raise UsageError("--draft and --verify exclude each other")
    goal: Goal = "draft" if draft else "verified" if verify else "active"
    if retry and goal != "active":
        raise UsageError("--retry goes with a version that becomes active")
    found = wait_for(
        _publish(session_of(context), files, goal, asked(by, why, tenant), retry=retry, as_json=as_json), goes_on=True
    )
    if as_json:
        streams.document(found)
    return int(any(not each["published"] for each in found))


async def _publish(
    session: Session, files: list[Path], goal: Goal, by: Asked, *, retry: bool, as_json: bool
) -> list[dict[str, object]]:
    from dmnroute.publishing.draft import draft_of_file
    from dmnroute.publishing.publish import publish as bring

    drafts, documents = [draft_of_file(file) for file in files], []
    async with session.opened(as_json=as_json) as app:
        versions = versions_of(app.settings, app.store)
        for each in drafts:
            found = await bring(each, gate_of(app), versions, by, goal=goal)
            stopped = await _stopped(app, found, retry=retry)
            documents.append(publication_document(found) | {"stopped": stopped, "retried": retry and bool(stopped)})
            if not as_json:
                tell_publication(found)
                _tell_stopped(found, stopped, retried=retry)
    return documents


async def _stopped(app: App, found: Publication, *, retry: bool) -> list[str]:
    """The runs that the policy stopped; with `retry` they go on."""
    if found.state != "active":
        return []
    stopped = await stopped_runs(app.store, found.policy)
    for state in stopped if retry else ():
        await app.engine_of(state).retry(state.run.id)
    return [state.run.id for state in stopped]


def _tell_stopped(found: Publication, stopped: list[str], *, retried: bool) -> None:
    if not stopped:
        return
    named = ", ".join(stopped[:3]) + (", …" if len(stopped) > 3 else "")
    if retried:
        streams.say(f"  let go on: {named}; `dmnroute resume` drives those of the local engine")
    else:
        streams.say(f"  stopped by this policy: {named}; `--retry` lets them go on")
