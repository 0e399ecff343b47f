"""`dmnroute policy pull`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.publishing import ForTenant, versions_of
from dmnroute.cli.session import session_of, wait_for
from dmnroute.errors import UsageError


def pull(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="Default: all that were published.")
    ] = None,
    version: Annotated[
        int | None, typer.Option("--version", metavar="NUMBER", min=1, help="Of one policy. Default: what decides.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Where to. Default: the project's tables.")
    ] = None,
    tenant: ForTenant = None,
    as_json: AsJson = False,
) -> None:
    """Write the versions that decide into files, byte for byte as they were published.

    \b
    Examples:
      dmnroute policy pull
      dmnroute policy pull intake --version 3 --to before
    """
    if version is not None and len(names or []) != 1:
        raise UsageError("--version goes with one policy")
    session = session_of(context)

    async def work() -> list[dict[str, object]]:
        from dmnroute.project import find_project
        from dmnroute.routing.records.policy_change import DEFAULT_TENANT

        settings = session.settings()
        target = folder or find_project(settings.project).policies
        written: list[dict[str, object]] = []
        async with session.store() as store:
            versions = versions_of(settings, store)
            for name in names or await store.published():
                active = (await versions.life(name)).active(versions.clock.now(), tenant or DEFAULT_TENANT)
                stored = await store.policy(name, version or active)
                if stored is None:
                    raise UsageError(f"policy `{name}` has no such version", code="unknown_policy")
                target.mkdir(parents=True, exist_ok=True)
                (target / f"{name}.dmn").write_bytes(stored.text)
                written.append({"policy": name, "version": stored.version, "file": str(target / f"{name}.dmn")})
        return written

    written = wait_for(work())
    if as_json:
        streams.document(written)
    for each in () if as_json else written:
        streams.say(f"{each['policy']}: version {each['version']} → {each['file']}")
    if not written and not as_json:
        streams.say("nothing was published yet")
