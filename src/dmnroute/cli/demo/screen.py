"""What a terminal shows of a board, as rich renderables; the time is an argument."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from dmnroute.cli.demo.board import Board, Line, Tally
from dmnroute.cli.demo.layout import GAP, Placed, fitting_columns, fitting_rows, heights
from dmnroute.cli.demo.texts import duration, many, money, share

FRESH = 0.7
"""Seconds that a hit is bright."""
FADING = 2.5
"""Seconds until a hit looks like any other."""

TITLE_STYLES = {"destination": "magenta", "input": "cyan", "output": "magenta", "annotation": "dim italic"}
END_STYLES = {
    "completed": "green",
    "failed": "red",
    "cancelled": "red",
    "escalated": "yellow",
    "stopped": "bold red",
    "elsewhere": "yellow",
}


def render(board: Board, *, width: int, height: int, now: float) -> RenderableType:
    """The whole screen, never taller or wider than the terminal."""
    share_of = heights(board, height)
    parts: list[RenderableType] = [_cut(_heading(board), width)]
    if share_of.rows:
        parts += [render_table(board, width=width, rows=share_of.rows, now=now), Text()]
    parts += [_cut(Text(note, "yellow"), width) for note in _notes(board)[-share_of.notes :] if share_of.notes]
    parts += render_lines(board, width=width, room=share_of.lines)
    parts.append(_cut(_progress(board, width, now), width))
    return Group(*parts)


def render_table(board: Board, *, width: int, rows: int, now: float) -> RenderableType:
    """The decision table with its hits."""
    assert board.table is not None
    placed = fitting_columns(board.table, width)
    shown, hidden = fitting_rows(board, rows)
    grid = Table.grid(padding=(0, GAP, 0, 0))
    for each_width in (2, *(each.width for each in placed), 4, 8):
        grid.add_column(width=each_width, no_wrap=True, overflow="ellipsis")
    grid.add_row(Text("#", "dim"), *map(_title, placed), Text("hits", "bold", justify="right"), _right("cost", "bold"))
    for number in shown:
        grid.add_row(*_row(board.tally(number), number, placed, now=now))
    if not hidden:
        return grid
    return Group(grid, _cut(Text(f"    {hidden}", "dim italic"), width))


def _title(placed: Placed) -> Text:
    return Text(placed.column.title, f"bold {TITLE_STYLES[placed.column.kind]}")


def _row(tally: Tally, number: int, placed: list[Placed], *, now: float) -> Iterator[Text]:
    style = row_style(tally, now=now)
    yield _right(str(number), style)
    for each in placed:
        note = " italic" if each.column.kind == "annotation" else ""
        yield Text(each.column.cells[number - 1], f"{style}{note}")
    yield _right(str(tally.hits) if tally.hits else "·", style)
    yield _right(money(tally.cost) if tally.cost else "", style)


def row_style(tally: Tally, *, now: float) -> str:
    """Fresh hits are bright and fade; rules that were never hit are dim."""
    if not tally.hits:
        return "dim"
    age = now - tally.last_hit
    if age < FRESH:
        return "bold black on bright_yellow"
    return "bold yellow" if age < FADING else "default"


def _right(text: str, style: str) -> Text:
    return Text(text, style, justify="right")


def _notes(board: Board) -> list[str]:
    changes = board.started.changes if board.started else ()
    return [*(f"changed for this demo: {change}" for change in changes), *board.notes]


def _heading(board: Board) -> Text:
    started = board.started
    if started is None:
        return Text("…")
    text = Text.assemble(("dmnroute", "bold"), f" · policy {started.policy} ", (f"version {board.version}", "bold"))
    if board.table is not None:
        text.append(f" · table {board.table.name} ({board.table.hit_policy})")
    return text.append(f" · {started.file}", "dim")


def render_lines(board: Board, *, width: int, room: int) -> list[RenderableType]:
    """One line per document; where they don't all fit, those that moved last, the latest at the bottom."""
    lines = list(board.lines.values())
    if len(lines) > room:
        lines = sorted(lines, key=lambda line: line.updated)[-room:]
    names = min(max((len(line.document) for line in lines), default=0), max(12, width // 4))
    return [document_line(line, names=names, width=width) for line in lines]


def document_line(line: Line, *, names: int, width: int) -> Text:
    """`scan.pdf  → ocr · rule 7 · no text on 2 of 2 pages   0.97  $0.0012`"""
    figures = f"{share(line.confidence):>6}{money(line.cost):>9}"
    text = Text(_shortened(line.document, names).ljust(names), "bold", no_wrap=True, overflow="ellipsis")
    text.append_text(_whereabouts(line))
    text.truncate(max(1, width - len(figures) - 1), overflow="ellipsis", pad=True)
    return _cut(text.append(f" {figures}", "dim"), width)


def _whereabouts(line: Line) -> Text:
    end = line.end
    text = Text("   " if end else " → ", "default")
    text.append(end.words if end else line.to, END_STYLES[end.kind] if end else "cyan")
    if end is not None and end.error:
        return text.append(f" · {end.error.partition(chr(10))[0]}", "red")
    if line.rules:
        text.append(f" · {rule_words(line.rules)}", "yellow")
    return text.append(f" · {line.because}" if line.because else "", "default")


def rule_words(rules: tuple[int, ...]) -> str:
    """`rule 7`, `rules 7, 9`."""
    return f"rule{'s' if len(rules) > 1 else ''} {', '.join(map(str, rules))}"


def _shortened(name: str, width: int) -> str:
    """A long name keeps its folder and its ending: they tell it from others."""
    if len(name) <= width:
        return name
    head = (width - 1) // 2
    return f"{name[:head]}…{name[len(name) - (width - 1 - head) :]}"


def _progress(board: Board, width: int, now: float) -> Text:
    started = board.started
    if started is None or not started.documents:
        return Text()
    seconds = max(now - started.at, 0.001)
    bar = max(10, min(40, width // 4))
    full = bar * board.resting // started.documents
    text = Text.assemble(("━" * full, "green"), ("━" * (bar - full), "dim"))
    text.append(f" {board.resting}/{many(started.documents, 'document')}", "bold")
    rate = (board.resting - board.resumed) / seconds
    text.append(f" · {rate:.1f}/s · {simulated(board.cost)} · {many(board.hops, 'hop')} · {duration(seconds)}")
    return text


def simulated(cost: Decimal) -> str:
    """Agents declare what a call would cost; nobody is billed."""
    return f"{money(cost)} simulated"


def _cut(text: Text, width: int) -> Text:
    text.no_wrap = True
    text.truncate(width, overflow="ellipsis")
    return text
