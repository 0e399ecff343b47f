"""What stands where a value was: of the same type and form, and the same for the same value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from mimetypes import MimeTypes
from typing import Any

_FIRST_DAY = date(2000, 1, 1)
_FILE_TYPES = MimeTypes(filenames=()).types_map[True]
"""The endings that Python knows by itself: the same on every machine."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(?P<zone>Z|[+-]\d\d:\d\d|@[\w/]+)?")
_ENDING = re.compile(r"[^\n]*\w(?P<ending>\.[A-Za-z0-9]{1,5})")


@dataclass(slots=True)
class Placeholders:
    """Numbered as values appear: what they were can't be computed from them."""

    taken: Collection[str] = ()
    """Texts that stay in the file; no placeholder is one of them."""
    _made: dict[str | Decimal, Any] = field(default_factory=dict)
    _last: int = 0

    def __len__(self) -> int:
        return len(self._made)

    def of(self, value: Any) -> Any:
        """The placeholder of a text, a number or a boolean; a boolean can only become false."""
        if isinstance(value, bool):
            return False
        key = value if isinstance(value, str) else Decimal(value)
        if key not in self._made:
            self._made[key] = self._next(_form(value) if isinstance(value, str) else _number(value))
        return self._made[key]

    def _next(self, form: Callable[[int], Any]) -> Any:
        while True:
            self._last += 1
            made = form(self._last)
            if made not in self.taken:
                return made


def _number(value: int | Decimal) -> Callable[[int], Any]:
    """Large, so that it isn't mistaken for a quantity; with a fraction where there was one."""
    base = 1_000_000_000
    return (lambda n: base + n) if value == int(value) else (lambda n: Decimal(base + n) + Decimal("0.5"))


def _form(text: str) -> Callable[[int], str]:
    if _is_date(text):
        return lambda n: _day(n).isoformat()
    if moment := _MOMENT.fullmatch(text):
        zone = moment["zone"] or ""
        return lambda n: f"{_day(n).isoformat()}T00:00:00{zone}"
    if text.isdecimal() and text.isascii():
        return lambda n: f"{n:0{len(text)}d}"
    if "@" in text and " " not in text:
        return lambda n: f"redacted-{n}@example.invalid"
    if re.match(r"[a-z][a-z0-9+.-]*://", text):
        return lambda n: f"https://redacted-{n}.invalid/"
    ending = _ENDING.fullmatch(text)
    kept = ending["ending"] if ending and ending["ending"].lower() in _FILE_TYPES else ""
    return lambda n: f"redacted-{n}{kept}"


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day(number: int) -> date:
    return _FIRST_DAY + timedelta(days=number)
