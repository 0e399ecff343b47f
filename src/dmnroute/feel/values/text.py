"""FEEL values as text, as `string(…)` shows them (DMN 10.3.4.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.function import Function
from dmnroute.feel.values.number import number_text
from dmnroute.feel.values.range import Range

_SIMPLE_KEY = re.compile(r"[^\W\d]\w*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r'["\\\n\r\t]')


def quoted(text: str) -> str:
    """The string as a FEEL literal."""
    return '"' + _SPECIAL.sub(lambda match: _ESCAPES[match[0]], text) + '"'


def literal_text(value: object) -> str:
    """The value as FEEL literals, which mean it again: `[1, "a", @"2024-02-29"]`. Functions show their parameters."""
    match value:
        case list():
            return f"[{', '.join(map(literal_text, value))}]"
        case dict():
            return f"{{{', '.join(f'{_key(key)}: {literal_text(item)}' for key, item in value.items())}}}"
        case Date() | Time() | DateTime() | DaysTimeDuration() | YearsMonthsDuration() | Range():
            return str(value)
    parts: list[str] = []
    write_text(value, parts.append)
    return "".join(parts)


def _key(key: str) -> str:
    return key if _SIMPLE_KEY.fullmatch(key) else quoted(key)


def write_text(value: object, write: Callable[[str], object]) -> None:
    """Write the text of a value piece by piece, so that who takes the pieces can stop when it gets too long."""
    match value:
        case None:
            write("null")
        case bool():
            write("true" if value else "false")
        case Decimal():
            write(number_text(value))
        case str():
            write(quoted(value))
        case list():
            _write_list(value, write)
        case dict():
            _write_context(value, write)
        case Range():
            _write_range(value, write)
        case Function():
            write(f"function({', '.join(value.parameters)})")
        case Date() | Time() | DateTime() | DaysTimeDuration() | YearsMonthsDuration():
            write(value.iso)
        case _:
            write(str(value))


def _write_list(items: list[object], write: Callable[[str], object]) -> None:
    write("[")
    for position, item in enumerate(items):
        if position:
            write(", ")
        write_text(item, write)
    write("]")


def _write_context(entries: dict[str, object], write: Callable[[str], object]) -> None:
    write("{")
    for position, (key, value) in enumerate(entries.items()):
        comma = ", " if position else ""
        write(f"{comma}{_key(key)}: ")
        write_text(value, write)
    write("}")


def _write_range(value: Range, write: Callable[[str], object]) -> None:
    if value.start is None or value.end is None:
        sign, bound = ("<", value.end) if value.start is None else (">", value.start)
        included = value.end_included if value.start is None else value.start_included
        write(f"({sign}{'=' if included else ''} ")
        write_text(bound, write)
        write(")")
        return
    write("[" if value.start_included else "(")
    write_text(value.start, write)
    write("..")
    write_text(value.end, write)
    write("]" if value.end_included else ")")
