"""`dmnroute broker logs`"""

from __future__ import annotations

import time
from typing import Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.commands.broker.options import Name, meant
from dmnroute.errors import OperatorError

LOOK = 0.3
"""Seconds between two looks for new lines."""


def logs(
    context: typer.Context,
    name: Name = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, metavar="N", help="So many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more, until Ctrl-C.")] = False,
) -> None:
    """Show what a broker has said since its latest start.

    \b
    Example:
      dmnroute broker logs --follow
    """
    from dmnroute.zeebe.broker.state import user_folders

    wanted = meant(context, name)
    log = user_folders().broker(wanted).log
    if not log.is_file():
        hint = "`dmnroute broker up` starts it"
        raise OperatorError(f"broker `{wanted}` has never been up", code="unknown_broker", hint=hint)
    with log.open(encoding="utf-8", errors="replace") as file:
        for line in file.read().splitlines()[-lines:]:
            streams.say(line)
        while follow:
            if new := file.read():
                streams.say(new.rstrip("\n"))
            time.sleep(LOOK)
