"""What went wrong, in the words of HTTP (RFC 9457) and of gRPC; Camunda Modeler shows both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from dmnroute.api.callers import UnknownCallerError
from dmnroute.dmn.checks import Finding
from dmnroute.errors import DmnrouteError, UsageError
from dmnroute.publishing.deploying import RefusedError

LONGEST = 5_000
"""Bytes of a text as gRPC writes it into a header: clients take 8 KB of all headers together."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as an answer."""

    status: int
    title: str
    """The name of the gRPC status, which is what Camunda writes there, too."""
    detail: str
    """On one line: Modeler shows it as a JSON text, where line ends would be escapes."""
    code: str
    findings: tuple[Finding, ...] = field(default=())

    def document(self, instance: str) -> dict[str, Any]:
        """The problem detail, with all findings as an extension."""
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
        }
        return document | ({"findings": [_document(each) for each in self.findings]} if self.findings else {})


def problem_of(error: DmnrouteError) -> Problem:
    """The answer to a client whose call has failed."""
    if isinstance(error, RefusedError):
        detail = _listed(f"{error.message}: ", [_line(finding) for finding in error.errors])
        return Problem(400, "INVALID_ARGUMENT", detail, error.code, error.findings)
    status, title = _status(error)
    hint = f" ({error.hint})" if error.hint else ""
    return Problem(status, title, _on_one_line(f"{error.message}{hint}"), error.code)


def bug(error: Exception) -> Problem:
    """The answer when something happened that nobody foresaw; what it was is in the log, not in the answer."""
    detail = (
        f"this is a bug in dmnroute, not a mistake of yours: {type(error).__name__}; the log of the server has more"
    )
    return Problem(500, "INTERNAL", detail, "bug")


def _status(error: DmnrouteError) -> tuple[int, str]:
    if isinstance(error, UnknownCallerError):
        return 401, "UNAUTHENTICATED"
    if error.code == "broker_unavailable":
        return 502, "UNAVAILABLE"  # not 503: Camunda's client would ask again and again without a word
    if isinstance(error, UsageError) or error.code == "broker_invalid_argument":
        return 400, "INVALID_ARGUMENT"
    return 500, "INTERNAL"


def _line(finding: Finding) -> str:
    place, hint = str(finding.place), f" ({finding.hint})" if finding.hint else ""
    return _on_one_line(f"{place}: {finding.message}{hint}" if place else f"{finding.message}{hint}")


def _on_one_line(text: str) -> str:
    """Without line ends, and without what could steer the terminal of who reads the log."""
    return "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))


def _listed(head: str, lines: list[str]) -> str:
    """All lines in one, numbered when there are several, as far as a header takes them."""
    if len(lines) == 1:
        return head + _shortened(lines[0], LONGEST - _size(head))
    text = head
    for number, line in enumerate(lines, start=1):
        more = f"{'; ' if number > 1 else ''}({number}) {line}"
        if number > 1 and _size(text + more) > LONGEST:
            return f"{text}; and {len(lines) - number + 1} more"
        text += _shortened(more, LONGEST - _size(text))
    return text


def _shortened(text: str, room: int) -> str:
    """The text, cut where there is no room."""
    if _size(text) <= room:
        return text
    return text[: room // 12] + " …"  # a character takes 12 bytes at most, as `%F0%9F%90%80`


def _size(text: str) -> int:
    return len(quote(text, safe=" !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~"))


def _document(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "file": place.file or None,
        "decision": place.decision or None,
        "rule": place.rule,
        "column": place.column or None,
        "text": None if place.source is None else place.source.text,
        "hint": finding.hint or None,
    }
