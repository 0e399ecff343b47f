"""What a start is doing: a line that moves on a terminal, else one line per step."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dmnroute.cli import streams
from dmnroute.zeebe.broker.listening import Listener, Silence

if TYPE_CHECKING:
    from rich.progress import Progress


@contextmanager
def shown_start(*, quiet: bool) -> Iterator[Listener]:
    """Listen to a start, and show it on stderr unless it should be quiet."""
    if quiet:
        yield Silence()
    elif not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield StepLines()
    else:
        with _bar() as progress:
            yield MovingLine(progress)


class StepLines:
    """One line per step."""

    def begins(self, step: str) -> None:
        """Say it."""
        streams.note(f"{step} …")

    def progress(self, done: int, total: int) -> None:
        """Only terminals can show it."""


class MovingLine:
    """One line that shows the step, the bytes where it has some, and the seconds."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None, bytes="")

    def begins(self, step: str) -> None:
        """Show the step, and count its seconds from now."""
        self._progress.reset(self._task, total=None, description=step, bytes="")

    def progress(self, done: int, total: int) -> None:
        """Show how much has arrived."""
        arrived = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB"
        self._progress.update(self._task, completed=done, total=total, bytes=arrived)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.fields[bytes]}"), TimeElapsedColumn()
    return Progress(*columns, console=Console(stderr=True), transient=True)
