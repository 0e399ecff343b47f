"""JSON as the store keeps it: canonical text, or a clear refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dmnroute.errors import OperatorError, UsageError
from dmnroute.routing.canonical import dumps, loads


def to_text(value: Any) -> str:
    """The canonical text of a value. Raises UsageError `not_json` for what JSON can't say."""
    try:
        text = dumps(value)
        # A lone surrogate is a text to Python, but no store can write it.
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise not_json(error) from error
    return text


def from_text(text: str, read: Callable[[str], Any] = loads) -> Any:
    """The value of a stored text. Raises OperatorError `store_corrupt` when it isn't JSON any more."""
    try:
        return read(text)
    except (ValueError, RecursionError) as error:
        raise OperatorError(
            f"the store holds a value that is not JSON: {error}",
            code="store_corrupt",
            hint="restore the store from a backup",
        ) from error


def not_json(error: Exception) -> UsageError:
    """The refusal of a value, with the reason."""
    reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    return UsageError(
        f"a value can't be kept as JSON: {reason}",
        code="not_json",
        hint="use text, finite numbers, true, false, null, lists, and contexts with text as keys",
    )
