"""One text for one value: JSON with sorted keys and exact decimals, and its digest."""

from __future__ import annotations

import hashlib
from typing import Any

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
