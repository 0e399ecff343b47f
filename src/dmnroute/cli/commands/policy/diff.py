"""`dmnroute policy diff`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.options import AsJson
from dmnroute.cli.publishing import ForTenant, versions_of
from dmnroute.cli.session import session_of, wait_for
from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.dmn import Model
    from dmnroute.policies.versions import Versions


def diff(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="A policy, or a table that may not be published yet.")
    ],
    old: Annotated[int | None, typer.Argument(metavar="[OLD]", min=1, help="A version. Default: what decides.")] = None,
    new: Annotated[int | None, typer.Argument(metavar="[NEW]", min=1, help="Another. Default: the latest.")] = None,
    tenant: ForTenant = None,
    as_json: AsJson = False,
) -> int:
    """Say what differs between two versions, cell by cell. The exit code is 1 when something does.

    \b
    Examples:
      dmnroute policy diff dmn/intake.dmn
      dmnroute policy diff intake 3 7
    """
    from dmnroute.dmn import load
    from dmnroute.dmn.diff import diff as changes_between
    from dmnroute.routing.records.policy_change import DEFAULT_TENANT

    session, file = session_of(context), Path(what) if what.endswith(".dmn") else None
    name = what if file is None else file.stem
    if file is not None and new is not None:
        raise UsageError("a file is compared with one version", code="bad_option")

    async def work() -> tuple[int, int | None, list[str]]:
        async with session.store() as store:
            versions = versions_of(session.settings(), store)
            before = old or await _deciding(versions, name, tenant or DEFAULT_TENANT)
            old_model = await _model(versions, name, before)
            if file is not None:
                after, new_model = None, load(file)
            else:
                after = new or await _latest(versions, name)
                new_model = await _model(versions, name, after)
        return before, after, [str(change) for change in changes_between(old_model, new_model)]

    before, after, changes = wait_for(work())
    if as_json:
        streams.document({"policy": name, "old": before, "new": after, "changes": changes})
    elif changes:
        streams.say(f"{name}: version {before} → {f'version {after}' if after else what}")
        for change in changes:
            streams.say(f"  {change}")
    else:
        streams.say(
            f"{name}: {f'versions {before} and {after}' if after else f'version {before} and {what}'} are the same"
        )
    return int(bool(changes))


async def _deciding(versions: Versions, name: str, tenant: str) -> int:
    """What decides now; of a policy that was never published, its latest version."""
    active = (await versions.life(name)).active(versions.clock.now(), tenant)
    return active or await _latest(versions, name)


async def _latest(versions: Versions, name: str) -> int:
    stored = await versions.store.policy(name)
    if stored is None:
        raise UsageError(
            f"policy `{name}` has no version", code="unknown_policy", hint="`dmnroute policies` lists them"
        )
    return stored.version


async def _model(versions: Versions, name: str, version: int) -> Model:
    from dmnroute.policies.kept import KeptVersions

    return (await KeptVersions(versions.store).version(name, version)).model
