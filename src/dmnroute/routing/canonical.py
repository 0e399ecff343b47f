"""One text for one value: JSON with sorted keys and exact decimals, and its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
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
    return simplejson.loads(text, use_decimal=True)


def digest(value: Any) -> str:
    """A short fingerprint of a value: 16 hexadecimal digits of SHA-256 over its canonical text."""
    return digest_of_bytes(dumps(value).encode())


def digest_of_bytes(data: bytes) -> str:
    """The same fingerprint, of bytes as they are."""
    return hashlib.sha256(data).hexdigest()[:16]


def plain(value: Any) -> Any:
    """The value as JSON can carry it, numbers exact: what is read back later equals it.

    Raises:
        ValueError: something in it has no JSON form.
    """
    match value:
        case None | bool() | str() | int() | Decimal():
            return _finite(value) if isinstance(value, Decimal) else value
        case float():
            return _finite(Decimal(repr(value)))
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case datetime() | date() | time():
            return value.isoformat()
        case Enum():
            return plain(value.value)
        case UUID() | PurePath():
            return str(value)
    raise ValueError(f"a value of type `{type(value).__name__}` has no JSON form")


def _finite(number: Decimal) -> Decimal:
    if isfinite(number):
        return number
    raise ValueError(f"`{number}` has no JSON form")
