"""`dmnroute policy plan` and `dmnroute policy apply`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from dmnroute.cli import streams
from dmnroute.cli.bringing import Bringing
from dmnroute.cli.options import AsJson, By, Why
from dmnroute.cli.publishing import ForTenant, OwnProcess, asked, gate_of, versions_of
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.cli.stopped_runs import RetryStopped
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.policies.versions import Asked
    from dmnroute.publishing.draft import Draft
    from dmnroute.publishing.folder_plan import PlannedPolicy

Folder: TypeAlias = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="A folder of tables. Default: the project's.")
]

_WORDS = {
    "same": "as it is",
    "publish": "will be published",
    "refused": "is kept out",
    "left": "is active, and has no file; it stays",
}


def plan(context: typer.Context, folder: Folder = None, tenant: ForTenant = None, as_json: AsJson = False) -> int:
    """Say what `apply` would publish: every table of a folder against what decides now. Nothing is changed.

    The exit code is 1 when the gate keeps a table out.

    \b
    Example:
      dmnroute policy plan dmn
    """
    planned = wait_for(_plan(session_of(context), folder, asked(None, None, tenant), as_json=as_json))
    _tell(planned, as_json=as_json)
    return int(any(each.action == "refused" for each in planned))


def apply(
    context: typer.Context,
    folder: Folder = None,
    retry: RetryStopped = False,
    process: OwnProcess = False,
    tenant: ForTenant = None,
    by: By = None,
    why: Why = None,
    as_json: AsJson = False,
) -> int:
    """Publish what a folder changes: for tables that are kept in Git, from a pipeline.

    All tables go through the gate first; when one is kept out, nothing is published. Applying the same folder again
    changes nothing. Policies without a file in the folder stay as they are. --process and --retry are those of
    `publish`.

    \b
    Example:
      dmnroute policy apply dmn --by ci --why "$(git log -1 --format=%s)"
    """
    session = session_of(context)
    bringing = Bringing(session, asked(by, why, tenant), retry=retry, process=process, as_json=as_json)
    planned, published = wait_for(_apply(session, folder, bringing), goes_on=True)
    refused = any(each.action == "refused" for each in planned)
    if refused or not published:
        _tell(planned, as_json=as_json)
        if refused and not as_json:
            streams.say("nothing was published")
    elif as_json:
        streams.document(published)
    return int(refused or any(not each["published"] for each in published))


async def _plan(session: Session, folder: Path | None, by: Asked, *, as_json: bool) -> list[PlannedPolicy]:
    async with session.opened(as_json=as_json) as app:
        return await _planned(app, folder, by)


async def _apply(
    session: Session, folder: Path | None, bringing: Bringing
) -> tuple[list[PlannedPolicy], list[dict[str, Any]]]:
    from dmnroute.publishing.folder_plan import is_refused

    async with session.opened(as_json=bringing.as_json) as app:
        planned = await _planned(app, folder, bringing.by)
        drafts = [] if is_refused(planned) else [each.draft for each in planned if each.draft is not None]
        return planned, await bringing.bring(app, drafts)


async def _planned(app: App, folder: Path | None, by: Asked) -> list[PlannedPolicy]:
    from dmnroute.publishing.folder_plan import plan_folder

    drafts = _drafts(folder or app.project.policies)
    return await plan_folder(drafts, gate_of(app), versions_of(app.settings, app.store), tenant=by.tenant)


def _drafts(folder: Path) -> list[Draft]:
    """The tables of a folder, by name. Raises UsageError `no_folder`."""
    from dmnroute.publishing.draft import draft_of_file

    if not folder.is_dir():
        raise UsageError(f"`{folder}` is no folder", code="no_folder")
    return [draft_of_file(file) for file in sorted(folder.glob("*.dmn"))]


def _tell(planned: list[PlannedPolicy], *, as_json: bool) -> None:
    if as_json:
        streams.document([_document(each) for each in planned])
        return
    for each in planned:
        streams.say(f"{each.policy}: {_WORDS[each.action]}" + (f" (version {each.base})" if each.base else ""))
        for change in each.changes:
            streams.say(f"  {change}")
        for finding in each.findings:
            streams.show_problem(f"{finding}\n")
    if not planned:
        streams.say("no tables here")


def _document(each: PlannedPolicy) -> dict[str, object]:
    return {
        "policy": each.policy,
        "action": each.action,
        "active": each.base,
        "changes": list(each.changes),
        "findings": [str(finding) for finding in each.findings],
    }
