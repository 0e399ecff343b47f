"""Which broker is meant."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from dmnroute.cli.session import session_of

Name: TypeAlias = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="Which broker: several can run side by side. Default: default."),
]


def meant(context: typer.Context, name: str | None) -> str:
    """The name given, else the one in the settings.

    Raises:
        UsageError: `bad_option`.
    """
    from dmnroute.zeebe.broker import broker_options

    return broker_options(session_of(context).settings().broker, name=name).name
