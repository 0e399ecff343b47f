"""The command `dmnroute demo`."""

from __future__ import annotations

import asyncio
import logging
import os
import shlex
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmnroute.cli import streams
from dmnroute.cli.errors import without_passwords
from dmnroute.cli.offering import offer_broker
from dmnroute.cli.options import AsJson, EngineName
from dmnroute.cli.session import session_of

if TYPE_CHECKING:
    from dmnroute.cli.demo.board import Board
    from dmnroute.cli.demo.displays import Display

TERMINATED = 143


def demo(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Documents, and folders of documents. Default: the shipped samples."),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Route so many at most.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="'DECISION/RULE/COLUMN=CELL'",
            help="Route with another text in one cell of the policy, without touching its file; repeatable.",
        ),
    ] = None,
    session: Annotated[
        str | None,
        typer.Option("--session", metavar="NAME", help="Go on with the documents of this session. Default: a new one."),
    ] = None,
    engine: EngineName = None,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines instead of a live screen.")] = False,
    as_json: AsJson = False,
) -> None:
    """Watch real documents being routed by a decision table.

    Edit dmn/intake.dmn while it runs: the next hop is decided by what you save. At the end every decision is taken
    once more, and a threshold that would have made a difference is named. The exit code is 1 when a document reached
    no end, or a decision came out differently.

    \b
    Examples:
      dmnroute demo
      dmnroute demo /usr/share/doc --limit 300
      dmnroute demo --set 'Kind/4/Score=< 0.7'
    """
    from dmnroute.cli.demo.board import Board
    from dmnroute.cli.demo.change import read_change
    from dmnroute.cli.demo.runner import Demo, Wish
    from dmnroute.cli.demo.session import fresh_name

    settings = session_of(context).on(engine).settings()
    if settings.engine == "zeebe" and not as_json and not set_:
        offer_broker(settings)
    changes = tuple(map(read_change, set_ or ()))
    wish = Wish(session or fresh_name(), tuple(paths or ()), limit, changes, _program(context), engine)
    board = Board()
    running = Demo(wish, settings, board, _display(board, plain=plain, as_json=as_json))
    with _policies_are_shown(settings.log_level):
        code = _completed(running.run, lambda: _tell_how_to_go_on(wish.session, wish.again(), set_ or ()))
    raise typer.Exit(code)


@contextmanager
def _policies_are_shown(level: str) -> Iterator[None]:
    """What happens to the policy is part of the show: by default it isn't logged as well."""
    logger = logging.getLogger("dmnroute.policies")
    before = logger.level
    if level == "warning":
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _program(context: typer.Context) -> list[str]:
    """What was said before the command; without it another demo may have another project or store."""
    said = context.find_root().params
    given = [(f"--{name}", str(said[name])) for name in ("project", "store") if said.get(name) is not None]
    return ["dmnroute", *(without_passwords(word) for option in given for word in option)]


def _display(board: Board, *, plain: bool, as_json: bool) -> Display:
    from dmnroute.cli.demo.displays import JsonDisplay, LiveDisplay, PlainDisplay

    if as_json:
        return JsonDisplay()
    is_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return LiveDisplay(board) if is_terminal and not plain else PlainDisplay()


def _completed(work: Callable[[], Coroutine[None, None, int]], stopped: Callable[[], None]) -> int:
    """Run the demo. Ctrl-C and a request to terminate end it cleanly: the runs are kept, the terminal is given back."""

    async def terminable() -> int:
        task = asyncio.current_task()
        assert task is not None
        if sys.platform != "win32":
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work()

    try:
        return asyncio.run(terminable())
    except KeyboardInterrupt:
        stopped()
        raise
    except asyncio.CancelledError:
        stopped()
        streams.flush()
        os._exit(TERMINATED)  # as for Ctrl-C: a thread in an agent's code would keep the process alive


def _tell_how_to_go_on(session: str, again: list[str], sets: list[str] | tuple[()]) -> None:
    changes = [part for each in sets for part in ("--set", each)]
    command = shlex.join([*again, *changes, "--session", session])
    streams.note(f"stopped; nothing is lost: `{command}` goes on, and so does `dmnroute resume`")
