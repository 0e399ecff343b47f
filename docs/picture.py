"""Draw the README's picture: the screen of a real demo, shortly before its end.

python docs/picture.py docs/demo.svg
"""

from __future__ import annotations

import asyncio
import io
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from dmnroute.cli.demo.board import Board
from dmnroute.cli.demo.events import Event, HopTold
from dmnroute.cli.demo.runner import Demo, Wish
from dmnroute.cli.demo.screen import render
from dmnroute.cli.demo.summary import Summary
from dmnroute.settings import load_settings

WIDTH, HEIGHT = 118, 40
HOPS = 60
"""The picture is taken when so many hops were made."""


class Camera:
    """A display that keeps one moment."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.hops = 0
        self.svg = ""

    @contextmanager
    def shown(self) -> Iterator[None]:
        yield

    def show(self, event: Event) -> None:
        self.hops += isinstance(event, HopTold)
        if self.hops == HOPS and not self.svg:
            console = Console(record=True, width=WIDTH, height=HEIGHT, file=io.StringIO(), force_terminal=True)
            console.print(render(self.board, width=WIDTH, height=HEIGHT, now=time.monotonic()))
            self.svg = console.export_svg(title="dmnroute demo")

    def busy(self, words: str) -> None: ...

    async def keep_drawing(self) -> None:
        await asyncio.Event().wait()

    def finish(self, summary: Summary) -> None: ...


def main() -> None:
    """Run the demo in a store of its own, and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        board = Board()
        camera = Camera(board)
        settings = load_settings(store=f"{folder}/runs.db")
        asyncio.run(Demo(Wish("picture", (), None, ()), settings, board, camera).run())
    # The fonts would be fetched from elsewhere whenever somebody looks.
    Path(sys.argv[1]).write_text(re.sub(r"@font-face \{.*?\}", "", camera.svg, flags=re.DOTALL))


if __name__ == "__main__":
    main()
