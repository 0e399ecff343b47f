"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Write JSON to stdout, errors too.")]

RunId: TypeAlias = Annotated[str, typer.Argument(metavar="RUN", help="Id of the run, as `dmnroute runs` lists it.")]

GivenInput: TypeAlias = Annotated[
    list[str],
    typer.Option("--input", "-i", metavar="INPUT", help="JSON object, @file, - (stdin) or key=value; repeatable."),
]

EngineName: TypeAlias = Annotated[
    str | None,
    typer.Option("--engine", metavar="NAME", help="`local`: in this process; `zeebe`: on the broker. Default: local."),
]

ForkId: TypeAlias = Annotated[
    str | None,
    typer.Option("--run-id", metavar="ID", help="Id of the fork; making the same fork twice changes nothing."),
]

NoDrive: TypeAlias = Annotated[
    bool, typer.Option("--no-drive", help="Only keep it; another process or `dmnroute resume` goes on.")
]

By: TypeAlias = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who asks; recorded. Default: the user of this machine.")
]

Why: TypeAlias = Annotated[str | None, typer.Option("--why", metavar="TEXT", help="The reason; recorded and shown.")]
