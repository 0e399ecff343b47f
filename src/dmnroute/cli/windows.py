"""Which recorded runs a command looks at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from dmnroute.cli.moments import moment_or_ago

if TYPE_CHECKING:
    from dmnroute.routing.policy import PolicyVersion
    from dmnroute.routing.ports.recorded import Window

DraftFile: TypeAlias = Annotated[Path, typer.Argument(metavar="FILE", help="The table, as in dmn/intake.dmn.")]

Since: TypeAlias = Annotated[
    str | None, typer.Option("--since", metavar="WHEN", help="Runs started since: 7d, 12h, 30m, or a date and time.")
]
Until: TypeAlias = Annotated[
    str | None, typer.Option("--until", metavar="WHEN", help="Runs started before; written as --since.")
]
OfTenant: TypeAlias = Annotated[str | None, typer.Option("--tenant", metavar="NAME", help="Runs of one tenant.")]
OfPolicy: TypeAlias = Annotated[
    str | None, typer.Option("--policy", metavar="NAME", help="The policy of the runs. Default: the name of the file.")
]
Seed: TypeAlias = Annotated[int, typer.Option("--seed", metavar="NUMBER", help="Chooses what is shown as an example.")]


def window_of(policy: str, *, since: str | None, until: str | None, tenant: str | None) -> Window:
    """The runs that the options name. Raises UsageError (`bad_input`)."""
    from dmnroute.routing.ports.recorded import Window

    now = datetime.now(UTC)
    start, end = (None if text is None else moment_or_ago(text, now=now) for text in (since, until))
    return Window(policy, tenant, start, end)


def draft_of(file: Path, policy: str | None) -> PolicyVersion:
    """The table of a file as a version that nobody has published. Raises TableError."""
    from dmnroute.dmn import load
    from dmnroute.routing.canonical import digest_of_bytes
    from dmnroute.routing.policy import PolicyVersion

    model = load(file)
    return PolicyVersion(policy or file.stem, 0, digest_of_bytes(model.source), model)
