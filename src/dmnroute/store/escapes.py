"""Texts and JSON for PostgreSQL, which can't hold everything: nothing is refused, and all of it is read back as it was.

A character NUL is written as `␀0`, and the sign `␀` (U+2400) itself as `␀␀`. JSONB keeps every digit of a number, but
not how it was written: `1E+30` would come back as an integer, and `-0.0` without its sign. Such numbers are
written as a text, their JSON behind `␀=`. JSONB sorts keys its own way: they are read in the order of their characters,
as they were written.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import simplejson

from dmnroute.routing.canonical import dumps, loads
from dmnroute.store.json_text import from_text, to_text

_SIGN = "␀"
_ESCAPED = re.compile(f"{_SIGN}([{_SIGN}0])")
_MEANINGS = {_SIGN: _SIGN, "0": "\0"}

_LONGEST = 10_000
"""Digits; PostgreSQL takes 131072 before the point, and 16383 behind it."""

_INEXACT_NUMBER = re.compile(
    r"(?:\A|[:,\[])-?(?:(?<=-)0(?:\.0*)?(?![.0-9])|[0-9.]+[eE](?:\+?[0-9]|-[0-9]{4})|[0-9.]{1000})"
)
"""Numbers in a JSON text that might need it; what is found inside of a text does no harm."""


def escape(text: str) -> str:
    """A text without NUL."""
    return text.replace(_SIGN, _SIGN * 2).replace("\0", f"{_SIGN}0")


def unescape(text: str) -> str:
    """The text that was escaped."""
    return _ESCAPED.sub(lambda found: _MEANINGS[found[1]], text) if _SIGN in text else text


def to_jsonb(value: Any) -> str:
    """The text of a value from which JSONB loses nothing. Raises UsageError `not_json`."""
    text = to_text(value)
    if "\\u0000" in text or _SIGN in text or _INEXACT_NUMBER.search(text):
        return to_text(_escaped(loads(text)))
    return text


def from_jsonb(text: str) -> Any:
    """The value of the text of a JSONB. Raises OperatorError `store_corrupt`."""
    return from_text(text, _read)


def _read(text: str) -> Any:
    value = simplejson.loads(text, use_decimal=True, object_pairs_hook=_in_order)
    return _unescaped(value) if _SIGN in text else value


def _in_order(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(sorted(pairs))


def _escaped(value: Any) -> Any:
    match value:
        case str():
            return escape(value)
        case Decimal() if not _is_kept(value):
            return f"{_SIGN}={dumps(value)}"
        case dict():
            return {escape(key): _escaped(item) for key, item in value.items()}
        case list():
            return [_escaped(item) for item in value]
    return value


def _is_kept(number: Decimal) -> bool:
    """Whether JSONB gives back the very same decimal."""
    sign, digits, exponent = number.as_tuple()
    negative_zero = bool(sign) and digits == (0,)
    return -_LONGEST <= int(exponent) < 0 and len(digits) < _LONGEST and not negative_zero


def _unescaped(value: Any) -> Any:
    match value:
        case str() if value.startswith(f"{_SIGN}="):
            return loads(value[2:])
        case str():
            return unescape(value)
        case dict():
            return _in_order([(unescape(key), _unescaped(item)) for key, item in value.items()])
        case list():
            return [_unescaped(item) for item in value]
    return value
