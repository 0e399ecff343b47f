"""One text for one value: JSON with sorted keys and exact decimals, and its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal
from enum import Enum
from math import isfinite
from pathlib import PurePath
from typing import Any
from uuid import UUID

import simplejson


def dumps(value: Any) -> str:
    """JSON text; decimals are written as the numbers they are, never through a float."""
    return simplejson.dumps(value, use_decimal=True, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def loads(text: str | bytes) -> Any:
    """The value of a JSON text; numbers with a fraction become decimals."""
    return _DECODER.decode(text if isinstance(text, str) else text.decode())


def digest(value: Any) -> str:
    """A short fingerprint of a value: 16 hexadecimal digits of SHA-256 over its canonical text."""
    return digest_of_bytes(dumps(value).encode())


def digest_of_bytes(data: bytes) -> str:
    """The same fingerprint, of bytes as they are."""
    return hashlib.sha256(data).hexdigest()[:16]


def plain(value: Any) -> Any:
    """The value as JSON can carry it, numbers exact: what is read back later equals it.

    A duration becomes its seconds; a set becomes a list in the order of the texts of its elements.

    Raises:
        ValueError: something in it has no JSON form, or it is nested too deeply.
    """
    try:
        return _plain(value)
    except RecursionError:
        raise ValueError("a value that is nested so deeply has no JSON form") from None


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return _plain(value.value)
        case None | bool():
            return value
        case str():
            return _writable(value)
        case int():
            return _short(value)
        case Decimal():
            return _finite(value)
        case float():
            return _finite(Decimal(float.__repr__(value)))
        case Mapping():
            return {_writable(str(key)): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case set() | frozenset():
            return sorted((_plain(item) for item in value), key=dumps)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return seconds_of(value // timedelta(microseconds=1), places=6)
        case UUID() | PurePath():
            return _writable(str(value))
    raise ValueError(f"a value of type `{type(value).__name__}` has no JSON form")


def seconds_of(parts: int, *, places: int) -> Decimal:
    """Seconds, exact, from millionths (6 places) or billionths (9); whole ones without a fraction."""
    whole, rest = divmod(parts, 10**places)
    return Decimal(parts).scaleb(-places, _WIDE) if rest else Decimal(whole)


def _finite(number: Decimal) -> Decimal:
    if isfinite(number):
        return number
    raise ValueError(f"`{number}` has no JSON form")


def _short(number: int) -> int:
    """Python refuses to read or write integers of many thousands of digits."""
    if number.bit_length() <= _LARGEST_BITS:
        return int(number)
    raise ValueError("an integer of so many digits has no JSON form")


def _writable(text: str) -> str:
    """File names that aren't UTF-8 come as lone surrogates, which no store and no wire takes."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("a text with a lone surrogate has no JSON form") from error
    return str(text)


_DECODER = simplejson.JSONDecoder(parse_float=Decimal)
"""Made once: making one takes as long as reading a short text."""
_LARGEST_BITS = 13_000
_WIDE = Context(prec=100)
