"""Values that people give on the command line: JSON, `@file`, `-`, or `key=value`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import simplejson

from dmnroute.errors import NOWHERE, Place, UsageError
from dmnroute.source import Source, Span


def given_input(parts: Sequence[str]) -> dict[str, Any]:
    """One JSON object from all the parts; a later part wins.

    input = JSON object | "@" file | "-" | key "=" value

    The value of a key is JSON where it is JSON (`12.50`, `true`, `["a"]`), else the text as it stands.

    Raises:
        UsageError: `bad_input`.
    """
    found: dict[str, Any] = {}
    for part in parts:
        found.update(_object(part))
    return found


def given_value(text: str, *, option: str) -> Any:
    """One JSON value, or that of `@file` or `-`.

    Raises:
        UsageError: `bad_input`.
    """
    content, name = _content(text)
    return _parsed(content, name or option, hint="texts need quotes, as in '\"approved\"'")


def given_pairs(parts: Sequence[str], *, option: str) -> dict[str, str]:
    """Texts by key.

    Raises:
        UsageError: `bad_input`, when a part isn't `key=value`.
    """
    pairs = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise UsageError(f"{option} `{part}` isn't `key=value`", code="bad_input")
        pairs[key] = value
    return pairs


def _object(part: str) -> dict[str, Any]:
    if _is_pair(part):
        key, _, value = part.partition("=")
        return {key: json_or_text(value)}
    content, name = _content(part)
    hint = "give a JSON object, `@file`, `-` for stdin, or `key=value`"
    value = _parsed(content, name or "--input", hint=hint)
    if isinstance(value, dict):
        return value
    raise UsageError(f"the input must be a JSON object, not {_kind(value)}", code="bad_input", hint=hint)


def _is_pair(part: str) -> bool:
    key = part.partition("=")[0]
    return "=" in part and not part.startswith("@") and not any(sign in key for sign in '{["')


def _content(text: str) -> tuple[str, str]:
    """The text meant, and the name of the file that it stands in."""
    if text == "-":
        return sys.stdin.read(), "stdin"
    if not text.startswith("@"):
        return text, ""
    file = Path(text[1:])
    try:
        return file.read_text(encoding="utf-8-sig"), str(file)
    except UnicodeDecodeError as error:
        raise UsageError(f"`{file}` isn't text in UTF-8", code="bad_input") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"can't read `{file}`: {reason.lower()}", code="no_file") from error


def json_or_text(value: str) -> Any:
    """The value of a text that is JSON, else the text."""
    try:
        return _loads(value)
    except (ValueError, RecursionError):
        return value


def _parsed(text: str, name: str, *, hint: str) -> Any:
    try:
        return _loads(text)
    except simplejson.JSONDecodeError as error:
        offset = min(error.pos, max(len(text) - 1, 0))
        place = Place(name, source=Source(text), span=Span(offset, offset + 1)) if text else NOWHERE
        reason = error.msg.replace("%r", f"`{text[offset : offset + 1]}`")
        reason = _lower(re.sub(r"'([^']*)'", r"`\1`", reason))
        raise UsageError(f"not JSON: {reason}", code="bad_input", place=place, hint=hint) from error
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else _lower(str(error))
        raise UsageError(f"not JSON: {reason}", code="bad_input", place=Place(name), hint=hint) from error


def _loads(text: str) -> Any:
    return simplejson.loads(text, use_decimal=True, allow_nan=False)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "a number"
