"""FEEL values as text, as Camunda's `string(…)` shows them: the digits as computed, no quotes around keys."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from dmnroute.feel.values.date_time import Date, DateTime
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.text import write_text

Write = Callable[[str], object]


def write_camunda_text(value: object, write: Write) -> None:
    """Write the text of a value piece by piece."""
    match value:
        case Decimal():
            write(str(value))
        case str():
            write(f'"{value}"')
        case list():
            _write_items("[", [("", item) for item in value], "]", write)
        case dict():
            _write_items("{", [(f"{key}:", item) for key, item in value.items()], "}", write)
        case DaysTimeDuration(nanoseconds=0):
            write("P0D")
        case YearsMonthsDuration(total_months=0):
            write("P0Y")
        case Date(year=year) | DateTime(date=Date(year=year)) if year > 9999:
            write(f"+{value.iso}")
        case _:
            write_text(value, write)


def _write_items(opening: str, items: list[tuple[str, object]], closing: str, write: Write) -> None:
    write(opening)
    for position, (label, item) in enumerate(items):
        write(f"{', ' if position else ''}{label}")
        write_camunda_text(item, write)
    write(closing)
