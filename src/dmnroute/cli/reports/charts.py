"""Charts as SVG inside of a page: nothing has to be loaded, and everything is text that can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup, escape

WIDTH = 960
_LABEL = 380
_ROW = 22
_GAP = 8
_COLOURS = ("#8a97a8", "#2f6fb3", "#b3372f")


@dataclass(frozen=True, slots=True)
class Bar:
    """A label with a figure for each series."""

    label: str
    figures: tuple[int | Decimal, ...]


def bars(rows: Sequence[Bar], series: Sequence[str]) -> Markup:
    """A row for each label, a bar for each series."""
    most = max((figure for row in rows for figure in row.figures), default=0) or 1
    parts: list[Markup] = []
    y = _legend(parts, series)
    for row in rows:
        height = _ROW * len(series)
        parts.append(_text(_LABEL - 10, y + height / 2 + 4, _cut(row.label), anchor="end", title=row.label))
        for place, figure in enumerate(row.figures):
            length = float(figure) / float(most) * (WIDTH - _LABEL - 90)
            top = y + place * _ROW
            parts.append(_rect(_LABEL, top + 3, max(length, 1 if figure else 0), _ROW - 6, _COLOURS[place]))
            parts.append(_text(_LABEL + length + 6, top + _ROW / 2 + 4, f"{figure:,}"))
        y += height + _GAP
    return _svg(y, parts)


def intervals(rows: Sequence[tuple[str, Decimal, Decimal, Decimal]]) -> Markup:
    """For each name its value with an interval, each on a scale of its own around 0."""
    parts: list[Markup] = []
    middle, half, y = (_LABEL + WIDTH) / 2, (WIDTH - _LABEL) / 2 - 60, 22.0
    for name, value, low, high in rows:
        most = max(abs(low), abs(high), abs(value)) or Decimal(1)
        place = [middle + float(each / most) * half for each in (low, value, high)]
        centre = y + _ROW / 2
        parts.append(_text(_LABEL - 10, centre + 4, name, anchor="end"))
        parts.append(_line(middle, y - 2, middle, y + _ROW + 2, "#8888"))
        parts.append(_line(place[0], centre, place[2], centre, _COLOURS[1], width=3))
        parts.append(Markup('<circle cx="{:.1f}" cy="{:.1f}" r="5" fill="{}"/>').format(place[1], centre, _COLOURS[1]))
        parts.append(_text(place[1], y - 4, f"{value:+.4g}", anchor="middle"))
        parts.append(_text(place[0] - 6, centre + 4, f"{low:+.4g}", anchor="end"))
        parts.append(_text(place[2] + 6, centre + 4, f"{high:+.4g}"))
        y += _ROW * 2 + _GAP
    return _svg(y, parts)


def _legend(parts: list[Markup], series: Sequence[str]) -> float:
    """Names of the series with their colours; where the rows begin."""
    if len(series) < 2:
        return 0.0
    for place, name in enumerate(series):
        x = _LABEL + place * 140
        parts.append(_rect(x, 2, 12, 12, _COLOURS[place]))
        parts.append(_text(x + 18, 13, name))
    return 26.0


def _svg(height: float, parts: Sequence[Markup]) -> Markup:
    start = Markup('<svg viewBox="0 0 {} {:.0f}" role="img" font-size="13">').format(WIDTH, height + 4)
    return start + Markup("\n").join(parts) + Markup("</svg>")


def _rect(x: float, y: float, width: float, height: float, colour: str) -> Markup:
    shape = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" rx="2"/>')
    return shape.format(x, y, width, height, colour)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1) -> Markup:
    shape = Markup('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="{}"/>')
    return shape.format(x1, y1, x2, y2, colour, width)


def _text(x: float, y: float, text: str, *, anchor: str = "start", title: str = "") -> Markup:
    whole = Markup("<title>{}</title>").format(title) if title and title != text else Markup("")
    shape = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="currentColor">{}{}</text>')
    return shape.format(x, y, anchor, whole, escape(text))


def _cut(label: str) -> str:
    return label if len(label) <= 52 else f"{label[:51]}…"
