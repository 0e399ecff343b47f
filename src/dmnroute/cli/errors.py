"""Errors as the command line shows them: text for people, JSON for programs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from typer import TyperException

from dmnroute.errors import DmnrouteError, Place, UsageError, did_you_mean

if TYPE_CHECKING:
    from dmnroute.dmn.checks import Finding

BUG = (
    "error: this is a bug in dmnroute, not a mistake of yours; please report it "
    "with the lines above and the output of `dmnroute version`"
)

GLOBAL_OPTIONS = ("--project", "--store", "--verbose", "-v")


def exit_code_of(error: DmnrouteError) -> int:
    """2 when the call made no sense, else 1."""
    return 2 if isinstance(error, UsageError) else 1


def render(error: DmnrouteError) -> str:
    """The whole text of an error, without passwords of URLs."""
    return without_passwords(f"error: {error}")


def error_document(error: Exception) -> dict[str, Any]:
    """`{"error": {code, message, place, hint}}`."""
    if not isinstance(error, DmnrouteError):
        message = without_passwords(f"{type(error).__name__}: {error}")
        return {"error": {"code": "bug", "message": message, "place": None, "hint": None}}
    return {
        "error": {
            "code": error.code,
            "message": without_passwords(error.message),
            "place": place_document(error.place),
            "hint": without_passwords(error.hint) or None,
        }
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """`{code, severity, message, place, hint}`."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "place": place_document(finding.place),
        "hint": finding.hint or None,
    }


def place_document(place: Place) -> dict[str, Any] | None:
    """The parts of a place that are known; none when nothing is."""
    parts = {"file": place.file, "decision": place.decision, "rule": place.rule, "column": place.column}
    known: dict[str, Any] = {name: part for name, part in parts.items() if part}
    if place.source is not None:
        known["text"] = place.source.text
    if place.span is not None:
        known["span"] = [place.span.start, place.span.end]
    return known or None


def without_passwords(text: str) -> str:
    """The text with the passwords of URLs left out."""
    return _CREDENTIALS.sub(r"\1:***@", text)


_CREDENTIALS = re.compile(r"(://[^\s:/@]*):\S*@")


def as_usage_error(error: TyperException) -> DmnrouteError:
    """What the parser of the command line complains about, in our words."""
    command = getattr(getattr(error, "ctx", None), "command_path", "dmnroute")
    return UsageError(_message(error), code="usage", hint=_hint(error, command))


def _message(error: TyperException) -> str:
    option, known = getattr(error, "option_name", ""), getattr(error, "possibilities", None)
    if option and known is not None:
        near = "" if option in GLOBAL_OPTIONS else did_you_mean(option, [*known, *GLOBAL_OPTIONS])
        return f"no such option `{option}`{near}"
    message = re.sub(r"'([^']*)'", r"`\1`", error.format_message().rstrip("."))
    message = re.sub(r"\. Did you mean (.*?)\?*$", r"; did you mean \1?", message)
    return message[:1].lower() + message[1:]


def _hint(error: TyperException, command: str) -> str:
    option = getattr(error, "option_name", "")
    if option in GLOBAL_OPTIONS and command != "dmnroute":
        return f"`{option}` goes before the command: `dmnroute {option} … {command.removeprefix('dmnroute ')}`"
    return f"`{command} --help` shows how it is called"
