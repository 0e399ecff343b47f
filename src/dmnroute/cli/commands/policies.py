"""`dmnroute policies`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.errors import error_document
from dmnroute.cli.options import AsJson
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import DmnrouteError

if TYPE_CHECKING:
    from dmnroute.app import App
    from dmnroute.routing.ports.policies import StoredPolicy


def policies(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Show all versions of this policy.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the policies of the project, or the versions of one.

    Saving a table makes a new version; a version that decided something once is never lost.

    \b
    Example:
      dmnroute policies intake
    """
    session = session_of(context)
    wait_for(_versions(session, name, as_json=as_json) if name else _policies(session, as_json=as_json))


async def _policies(session: Session, *, as_json: bool) -> None:
    async with session.opened(as_json=as_json) as app:
        found = [await _policy(app, file) for file in sorted(app.project.policies.glob("*.dmn"))]
    if as_json:
        streams.document([{name: part for name, part in row.items() if name != "text"} for row in found])
        return
    if not found:
        streams.say(f"no policies in `{app.project.policies}`")
        return
    rows = [(row["policy"], str(row["active"] or "none"), str(row["versions"]), row["state"]) for row in found]
    streams.table(("policy", "active", "versions", "state"), rows)
    for row in found:
        if row["text"]:
            streams.show_problem(f"\nerror: {row['text']}")


async def _policy(app: App, file: Path) -> dict[str, Any]:
    """The version of a policy that decides now, how many there are, and what is wrong with the file as it is."""
    from dmnroute.routing.checks import check_policy

    name, error = file.stem, None
    findings = check_policy(file, app.registry.catalogue)
    if broken := next((finding for finding in findings if finding.severity == "error"), None):
        error = error_document(broken.as_error())["error"]
    else:
        await app.policies.active(name)
    latest = await app.store.policy(name)
    return {
        "policy": name,
        "active": latest.version if latest else None,
        "versions": latest.version if latest else 0,
        "state": "ok" if error is None else "refused" if latest else "broken",
        "error": error,
        "text": str(broken.as_error()) if broken else None,
    }


async def _versions(session: Session, name: str, *, as_json: bool) -> None:
    async with session.opened(as_json=as_json) as app:
        active, error = None, None
        try:
            active = (await app.policies.active(name)).version
        except DmnrouteError as found:
            error = found
        stored = await _stored(app, name)
    if not stored and error is not None:
        raise error
    if as_json:
        streams.document([_document(version, active) for version in stored])
        return
    from dmnroute.cli.views.figures import moment

    rows = [(str(v.version), v.digest, moment(v.loaded), "active" if v.version == active else "") for v in stored]
    streams.table(("version", "digest", "first used", ""), rows)


async def _stored(app: App, name: str) -> list[StoredPolicy]:
    latest = await app.store.policy(name)
    numbers = range(1, latest.version + 1) if latest else ()
    found = [await app.store.policy(name, number) for number in numbers]
    return [version for version in found if version is not None]


def _document(version: StoredPolicy, active: int | None) -> dict[str, Any]:
    return {
        "policy": version.name,
        "version": version.version,
        "digest": version.digest,
        "file": version.file,
        "first_used": version.loaded,
        "active": version.version == active,
    }
