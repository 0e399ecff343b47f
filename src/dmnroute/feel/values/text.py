"""FEEL values as text, as `string(…)` shows them (DMN 10.3.4.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from dmnroute.feel.values.function import Function
from dmnroute.feel.values.number import number_text
from dmnroute.feel.values.range import Range

_SIMPLE_KEY = re.compile(r"[^\W\d]\w*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r'["\\\n\r\t]')


def quoted(text: str) -> str:
    """The string as a FEEL literal."""
    return '"' + _SPECIAL.sub(lambda match: _ESCAPES[match[0]], text) + '"'


def parts_of_text(value: object) -> Iterator[str]:
    """The text of a value, piece by piece, so that who joins it can stop when it gets too long."""
    match value:
        case None:
            yield "null"
        case bool():
            yield "true" if value else "false"
        case Decimal():
            yield number_text(value)
        case str():
            yield quoted(value)
        case list():
            yield from _list(value)
        case dict():
            yield from _context(value)
        case Range():
            yield from _range(value)
        case Function():
            yield f"function({', '.join(value.parameters)})"
        case _:
            yield str(value)


def _list(items: list[object]) -> Iterator[str]:
    yield "["
    for position, item in enumerate(items):
        yield ", " if position else ""
        yield from parts_of_text(item)
    yield "]"


def _context(entries: dict[str, object]) -> Iterator[str]:
    yield "{"
    for position, (key, value) in enumerate(entries.items()):
        yield ", " if position else ""
        yield f"{key if _SIMPLE_KEY.fullmatch(key) else quoted(key)}: "
        yield from parts_of_text(value)
    yield "}"


def _range(value: Range) -> Iterator[str]:
    if value.start is None or value.end is None:
        sign, bound = ("<", value.end) if value.start is None else (">", value.start)
        included = value.end_included if value.start is None else value.start_included
        yield f"({sign}{'=' if included else ''} "
        yield from parts_of_text(bound)
        yield ")"
        return
    yield "[" if value.start_included else "("
    yield from parts_of_text(value.start)
    yield ".."
    yield from parts_of_text(value.end)
    yield "]" if value.end_included else ")"
