"""FEEL values as JSON, as Camunda's `to json(…)` writes them: digits as computed, temporals as Java writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

from dmnroute.feel.values.calendar import SECOND
from dmnroute.feel.values.date_time import Date, DateTime, Time, offset_text
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration, fraction_text
from dmnroute.feel.values.text import write_text

Write = Callable[[str], object]


def write_camunda_json(value: object, write: Write) -> None:
    """Write the JSON of a value piece by piece. What JSON doesn't have becomes its text."""
    match value:
        case None | bool() | str():
            write(json.dumps(value, ensure_ascii=False))
        case Decimal():
            write(str(value))
        case list():
            _write_items("[", [("", item) for item in value], "]", write)
        case dict():
            named = [(f"{json.dumps(key, ensure_ascii=False)}:", item) for key, item in value.items()]
            _write_items("{", named, "}", write)
        case Date() | Time() | DateTime() | DaysTimeDuration() | YearsMonthsDuration():
            write(f'"{_temporal(value)}"')
        case _:
            parts: list[str] = []
            write_text(value, parts.append)
            write(json.dumps("".join(parts), ensure_ascii=False))


def _write_items(opening: str, items: list[tuple[str, object]], closing: str, write: Write) -> None:
    write(opening)
    for position, (label, item) in enumerate(items):
        write(f"{',' if position else ''}{label}")
        write_camunda_json(item, write)
    write(closing)


def _temporal(value: Date | Time | DateTime | DaysTimeDuration | YearsMonthsDuration) -> str:
    match value:
        case Date(year=year):
            return f"+{value.iso}" if year > 9999 else value.iso
        case Time():
            return _clock(value) + offset_text(value.utc_offset)
        case DateTime(date=date, time=time):
            zone = f"[{time.zone}]" if time.zone else ""
            return f"{_temporal(date)}T{_clock(time)}{offset_text(value.utc_offset)}{zone}"
        case YearsMonthsDuration():
            parts = f"{value.years}Y" if value.years else "", f"{value.months}M" if value.months else ""
            return f"P{''.join(parts) or '0D'}"
    return _hours_and_less(value)


def _clock(time: Time) -> str:
    return f"{time.hour:02d}:{time.minute:02d}:{time.second:02d}{fraction_text(time.nanosecond)}"


def _hours_and_less(duration: DaysTimeDuration) -> str:
    """Java has no days in a duration, and a sign on each part."""
    sign = "-" if duration.nanoseconds < 0 else ""
    seconds, fraction = divmod(abs(duration.nanoseconds), SECOND)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    rest = f"{seconds}{fraction_text(fraction)}" if seconds or fraction else ""
    parts = [f"{sign}{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if n]
    return f"PT{''.join(parts) or '0S'}"
