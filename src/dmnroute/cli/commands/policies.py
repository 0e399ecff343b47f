"""`dmnroute policies`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmnroute.cli import streams
from dmnroute.cli.errors import error_document
from dmnroute.cli.options import AsJson
from dmnroute.cli.publishing import versions_of
from dmnroute.cli.session import Session, session_of, wait_for
from dmnroute.errors import DmnrouteError

if TYPE_CHECKING:
    from datetime import datetime

    from dmnroute.app import App
    from dmnroute.routing.ports.policies import StoredPolicy
    from dmnroute.routing.versions.life import Life


def policies(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Show all versions of this policy.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the policies of the project, or the versions of one.

    Where nobody has published a policy, saving its table makes a new version that decides; `dmnroute policy publish`
    says which one decides from then on. A version that decided something once is never lost.

    \b
    Example:
      dmnroute policies intake
    """
    session = session_of(context)
    wait_for(_versions(session, name, as_json=as_json) if name else _policies(session, as_json=as_json))


async def _policies(session: Session, *, as_json: bool) -> None:
    async with session.opened(as_json=as_json) as app:
        names = {file.stem for file in app.project.policies.glob("*.dmn")} | set(await app.store.published())
        found = [await _policy(app, name) for name in sorted(names)]
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


async def _policy(app: App, name: str) -> dict[str, Any]:
    """The version of a policy that decides now, how many there are, and what is wrong with the file as it is."""
    file = app.project.policies / f"{name}.dmn"
    broken = _broken(app, file) if file.exists() else None
    active = await _active(app, name)
    if active is None and broken is None:
        await app.policies.active(name)  # the folder keeps a new version
    latest = await app.store.policy(name)
    published = await app.store.policy(name, active) if active else None
    if published is not None:
        state = _state_of_draft(file, published)
    elif broken is not None:
        state = "refused" if latest else "broken"
    else:
        state = "ok"
    return {
        "policy": name,
        "active": active or (latest.version if latest else None),
        "versions": latest.version if latest else 0,
        "published": active is not None,
        "state": state,
        "error": None if broken is None else error_document(broken)["error"],
        "text": None if broken is None else str(broken),
    }


def _broken(app: App, file: Path) -> DmnrouteError | None:
    """What is wrong with a file."""
    from dmnroute.routing.checks import check_policy

    findings = check_policy(file, app.registry.catalogue)
    error = next((finding for finding in findings if finding.severity == "error"), None)
    return None if error is None else error.as_error()


async def _active(app: App, name: str) -> int | None:
    """The published version that decides; null where the folder does."""
    if app.settings.policies == "folder":
        return None
    versions = versions_of(app.settings, app.store)
    return (await versions.life(name)).active(versions.clock.now())


def _state_of_draft(file: Path, published: StoredPolicy) -> str:
    """What the file is beside the version that decides: a draft, once it differs."""
    if not file.exists():
        return "published, no file"
    same = file.read_bytes() == published.text
    return "published" if same else "published, the file differs"


async def _versions(session: Session, name: str, *, as_json: bool) -> None:
    async with session.opened(as_json=as_json) as app:
        active, error = None, None
        try:
            active = (await app.policies.active(name)).version
        except DmnrouteError as found:
            error = found
        stored = await _stored(app, name)
        life, now = await versions_of(app.settings, app.store).life(name), app.router.clock.now()
    if not stored and error is not None:
        raise error
    documents = [_document(version, active, life, now) for version in stored]
    if as_json:
        streams.document(documents)
        return
    from dmnroute.cli.views.figures import moment

    rows = [
        (
            str(each["version"]),
            each["digest"],
            moment(each["first_used"]),
            each["state"],
            ", ".join(each["authors"]),
            each["why"] or "",
        )
        for each in documents
    ]
    streams.table(("version", "digest", "kept", "state", "by", "why"), rows)


async def _stored(app: App, name: str) -> list[StoredPolicy]:
    latest = await app.store.policy(name)
    numbers = range(1, latest.version + 1) if latest else ()
    found = [await app.store.policy(name, number) for number in numbers]
    return [version for version in found if version is not None]


def _document(version: StoredPolicy, active: int | None, life: Life, now: datetime) -> dict[str, Any]:
    is_active, published = version.version == active, life.versions.get(version.version)
    state = life.state(version.version, now) if published else ""
    return {
        "policy": version.name,
        "version": version.version,
        "digest": version.digest,
        "file": version.file,
        "first_used": version.loaded,
        "active": is_active,
        "state": "active" if is_active else state,
        "authors": sorted(published.authors) if published else [],
        "why": published.why if published else None,
    }
