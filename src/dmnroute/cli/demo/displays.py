"""Where a demo is shown: a live screen, plain lines, or JSON lines. All of them show the same board and events."""

from __future__ import annotations

import asyncio
import io
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import TYPE_CHECKING, Protocol

from dmnroute.cli import streams
from dmnroute.cli.demo.board import Board
from dmnroute.cli.demo.events import Event
from dmnroute.cli.demo.json_lines import document_of
from dmnroute.cli.demo.plain import lines_of
from dmnroute.cli.demo.summary import Summary

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

FRAME = 0.12
"""Seconds between two frames."""

FEW = 40
"""So many documents are listed once more at the end."""


class Display(Protocol):
    """Told of each event, and of the summary at the end."""

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Hold the terminal; leaving gives it back as it was, whatever happened."""
        ...

    def show(self, event: Event) -> None: ...

    def busy(self, words: str) -> None:
        """Say what takes a while now."""
        ...

    async def keep_drawing(self) -> None:
        """Draw until it is cancelled."""
        ...

    def finish(self, summary: Summary) -> None: ...


class PlainDisplay:
    """Plain lines as things happen."""

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Lines need nothing."""
        yield

    def show(self, event: Event) -> None:
        """Write the lines of the event."""
        for line in lines_of(event):
            streams.say(line)

    def busy(self, words: str) -> None:
        """A file has no use for it."""

    async def keep_drawing(self) -> None:
        """Lines stay as they are."""

    def finish(self, summary: Summary) -> None:
        """Write the summary below an empty line."""
        streams.say()
        for line in summary.lines():
            streams.say(line)


class JsonDisplay(PlainDisplay):
    """One JSON object per line, the summary last."""

    def show(self, event: Event) -> None:
        """Write the object of the event."""
        document = document_of(event)
        if document is not None:
            streams.json_line(document)

    def finish(self, summary: Summary) -> None:
        """Write the summary as the last object."""
        streams.json_line(summary.document())


class LiveDisplay:
    """The table, the documents and the progress, drawn anew several times a second."""

    def __init__(self, board: Board) -> None:
        from rich.console import Console

        self._board = board
        self._console: Console = Console(highlight=False)
        self._live: Live | None = None
        self._busy = ""

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Take the whole screen, so that a window that changes its size leaves no traces.

        What is logged meanwhile is written when the screen is given back.
        """
        from rich.live import Live

        logged = io.StringIO()
        live = Live(
            console=self._console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        try:
            with redirect_stderr(logged), live:
                self._live = live
                yield
        finally:
            self._live = None
            sys.stderr.write(logged.getvalue())

    def show(self, event: Event) -> None:
        """The next frame shows it."""

    def busy(self, words: str) -> None:
        """Shown below the progress."""
        self._busy = words

    async def keep_drawing(self) -> None:
        """Draw frame after frame."""
        while True:
            self._draw()
            await asyncio.sleep(FRAME)

    def finish(self, summary: Summary) -> None:
        """Leave the table, the documents and the summary behind on the ordinary screen."""
        from rich.text import Text

        from dmnroute.cli.demo.screen import render_lines, render_table

        board, width = self._board, self._console.width
        if board.table is not None:
            self._console.print(render_table(board, width=width, rows=len(board.table.rules), now=float("inf")))
            self._console.print()
        if len(board.lines) <= FEW:
            for line in render_lines(board, width=width, room=FEW):
                self._console.print(line)
            self._console.print()
        for text in (*board.notes, *summary.lines()):
            self._console.print(Text(text), soft_wrap=True)

    def _draw(self) -> None:
        from rich.console import Group
        from rich.text import Text

        from dmnroute.cli.demo.screen import render

        if self._live is None:
            return
        width, height = self._console.size
        frame = render(self._board, width=width, height=height - bool(self._busy), now=time.monotonic())
        self._live.update(Group(frame, Text(self._busy, "dim")) if self._busy else frame, refresh=True)
