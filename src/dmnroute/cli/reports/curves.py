"""Curves over a number, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

WIDTH, HEIGHT = 760, 300
_LEFT, _TOP, _RIGHT, _BOTTOM = 70, 34, 30, 40
_COLOURS = ("#2f6fb3", "#b3372f")


@dataclass(frozen=True, slots=True)
class Curve:
    """A name with a figure for each place; null where there is none."""

    name: str
    figures: tuple[Decimal | None, ...]


def curves(at: Sequence[Decimal], drawn: Sequence[Curve], *, marked: Decimal | None = None) -> Markup:
    """The curves, from 0 up; a line where something is marked."""
    figures = [figure for curve in drawn for figure in curve.figures if figure is not None]
    if not at or not figures:
        return Markup("")
    most = max(*figures, Decimal(0)) or Decimal(1)
    low, high = min(at), max(at)
    parts = [_axes(most, low, high)]
    if marked is not None:
        x = _x(marked, low, high)
        line = Markup('<line x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}" stroke="#2a7d3f" stroke-dasharray="4 3"/>')
        parts.append(line.format(x, _TOP, HEIGHT - _BOTTOM))
    for number, curve in enumerate(drawn):
        colour = _COLOURS[number]
        points = [(_x(x, low, high), _y(y, most)) for x, y in zip(at, curve.figures, strict=True) if y is not None]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>').format(path, colour))
        dot = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3.5" fill="{}"/>')
        parts.extend(dot.format(x, y, colour) for x, y in points)
        parts.append(
            Markup('<rect x="{}" y="4" width="12" height="12" fill="{}"/>').format(_LEFT + number * 170, colour)
        )
        parts.append(_text(_LEFT + number * 170 + 18, 15, curve.name))
    start = Markup('<svg viewBox="0 0 {} {}" role="img" font-size="13" style="max-width: {}px">')
    return start.format(WIDTH, HEIGHT, WIDTH) + Markup("\n").join(parts) + Markup("</svg>")


def _x(value: Decimal, low: Decimal, high: Decimal) -> float:
    return _LEFT + float((value - low) / ((high - low) or Decimal(1))) * (WIDTH - _LEFT - _RIGHT)


def _y(value: Decimal, most: Decimal) -> float:
    return HEIGHT - _BOTTOM - float(value / most) * (HEIGHT - _TOP - _BOTTOM)


def _axes(most: Decimal, low: Decimal, high: Decimal) -> Markup:
    line = Markup('<line x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}" stroke="#8886"/>')
    parts = []
    for part in range(5):
        value = most * part / 4
        parts.append(line.format(_LEFT, _y(value, most), WIDTH - _RIGHT, _y(value, most)))
        parts.append(_text(_LEFT - 8, _y(value, most) + 4, f"{float(value):.3g}", anchor="end"))
    for value in dict.fromkeys((low, (low + high) / 2, high)):
        parts.append(_text(_x(value, low, high), HEIGHT - _BOTTOM + 20, f"{value:f}", anchor="middle"))
    return Markup("\n").join(parts)


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> Markup:
    shape = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="currentColor">{}</text>')
    return shape.format(x, y, anchor, text)
