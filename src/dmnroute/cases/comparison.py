"""Hold what came out against what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dmnroute.routing.canonical import dumps, plain


def differences(expected: Any, found: Any, *, path: str = "") -> Iterator[str]:
    """Where a value isn't as expected, in words; of contexts, only the entries that are expected count.

    ``agent: expected "ocr", found "judge"``
    """
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            yield from differences(value, found.get(name), path=f"{path}.{name}" if path else name)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True), 1):
            yield from differences(one, other, path=f"{path}[{index}]")
    elif not _equal(expected, found):
        yield f"{path}{': ' if path else ''}expected {dumps(plain(expected))}, found {dumps(plain(found))}"


def _equal(expected: Any, found: Any) -> bool:
    """Numbers equal numbers only: in Python, true equals 1."""
    return isinstance(expected, bool) == isinstance(found, bool) and bool(expected == found)
