"""What a pause is about, as people say it on the command line: runs, or one of three options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from dmnroute.errors import UsageError

if TYPE_CHECKING:
    from dmnroute.routing.pauses import PauseScope

Tenant: TypeAlias = Annotated[str | None, typer.Option("--tenant", metavar="TENANT", help="All runs of a tenant.")]
OfAgent: TypeAlias = Annotated[
    str | None, typer.Option("--agent", metavar="AGENT", help="An agent: hops that need it are held.")
]
Everything: TypeAlias = Annotated[bool, typer.Option("--all", help="Everything: the kill switch.")]


def scopes(
    runs: Sequence[str], tenant: str | None, agent: str | None, *, everything: bool
) -> list[tuple[PauseScope, str]]:
    """Scopes with their names; none when nothing was said.

    Raises:
        UsageError: `--all` beside anything else.
    """
    found: list[tuple[PauseScope, str]] = [("run", run) for run in runs]
    found += [("tenant", tenant)] if tenant is not None else []
    found += [("agent", agent)] if agent is not None else []
    if everything and found:
        raise UsageError("--all goes alone", code="bad_option", hint="it is everything already")
    return [("all", "")] if everything else found
