"""Where texts go: people read them on a terminal, programs read them from a pipe.

Colours appear on a terminal only (and never with NO_COLOR); anything else gets plain text, one row a line.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import IO, Any

import simplejson

from dmnroute.routing.canonical import plain

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def be_tolerant() -> None:
    """Write what a narrow terminal can't show as escapes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def for_documents(as_json: bool) -> Iterator[None]:
    """Keep stdout for the JSON that follows: what agents and libraries print meanwhile goes to stderr."""
    if not as_json:
        yield
        return
    with redirect_stdout(sys.stderr):
        yield


@contextmanager
def progress(what: str, *, total: int) -> Iterator[Callable[[int], None]]:
    """Show on stderr how far long work is, where that is a terminal; what it gives is told how much more is done."""
    if not _is_terminal(sys.stderr):
        yield lambda parts: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda parts: bar.advance(task, parts)


def flush() -> None:
    """Bring out everything that was written."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        close_quietly()


def close_quietly() -> None:
    """Let nothing more be written: the reader has gone, as `| head` does."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def harmless(text: str) -> str:
    """The text without control characters: what an agent or a file says must not steer a terminal."""
    return _CONTROL.sub("\ufffd", text)


def say(text: str = "", *, style: str = "") -> None:
    """Write lines of text to stdout."""
    _write(sys.stdout, text, style)


def note(text: str) -> None:
    """Write a remark to stderr, so that it doesn't mix with results."""
    _write(sys.stderr, text, "dim")


def complain(text: str) -> None:
    """Write an error or a warning to stderr; its first word and the carets stand out."""
    _print_problem(sys.stderr, text)


def show_problem(text: str) -> None:
    """The same, as a result: on stdout."""
    _print_problem(sys.stdout, text)


def document(value: Any) -> None:
    """Write one JSON document; numbers stay exact."""
    print(json_text(value, indent=2))


def json_line(value: Any) -> None:
    """Write one JSON document on one line, at once."""
    print(json_text(value), flush=True)


def json_text(value: Any, *, indent: int | None = None) -> str:
    """JSON in the order given; decimals are written as the numbers they are."""
    return simplejson.dumps(plain(value), use_decimal=True, indent=indent, ensure_ascii=False)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows under their headers: a table on a terminal, else columns with two spaces between them."""
    lines = [[harmless(cell) for cell in row] for row in rows]
    if _is_terminal(sys.stdout):
        _rich_table(headers, lines)
        return
    widths = [max(len(row[column]) for row in [headers, *lines]) for column in range(len(headers))]
    for row in [headers, *lines]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _rich_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for number, header in enumerate(headers):
        grid.add_column(header, overflow="fold", no_wrap=number == 0)  # names are there to be copied
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    Console().print(grid)


def _is_terminal(stream: IO[str]) -> bool:
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _write(stream: IO[str], text: str, style: str) -> None:
    if not style or not _is_terminal(stream):
        print(harmless(text), file=stream, flush=True)
        return
    from rich.console import Console
    from rich.text import Text

    Console(file=stream).print(Text(harmless(text), style=style), soft_wrap=True)


def _print_problem(stream: IO[str], text: str) -> None:
    if not _is_terminal(stream):
        print(harmless(text), file=stream, flush=True)
        return
    from rich.console import Console
    from rich.text import Text

    shown = Text(harmless(text))
    shown.highlight_regex(r"^error:", "bold red")
    shown.highlight_regex(r"^warning:", "bold yellow")
    shown.highlight_regex(r"(?m)^ +\^+$", "red")
    shown.highlight_regex(r"(?m)^hint:.*$", "cyan")
    Console(file=stream).print(shown, soft_wrap=True)


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()
