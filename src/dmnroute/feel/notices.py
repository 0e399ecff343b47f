"""Why a null is null. FEEL answers null where Python would raise; a notice keeps the reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dmnroute.source import Span


class NoticeKind(StrEnum):
    """The kinds of reason. `NULL_PATH`, `NULL_OPERAND` are plain missing data; the others hint at a mistake."""

    UNKNOWN_NAME = "unknown_name"
    """A name that nothing in scope has."""
    UNKNOWN_KEY = "unknown_key"
    """A context or value without the key or property that was asked for."""
    NULL_PATH = "null_path"
    """A path that goes on from null."""
    TYPE_MISMATCH = "type_mismatch"
    """An operator or function on types that it doesn't take."""
    NOT_COMPARABLE = "not_comparable"
    """A comparison of values of different types."""
    NULL_OPERAND = "null_operand"
    """An operator, comparison or function that met null."""
    OUT_OF_DOMAIN = "out_of_domain"
    """A division by zero, an index outside of a list, a result beyond the numbers of FEEL."""
    INVALID_ARGUMENT = "invalid_argument"
    """A function that can't do anything with an argument of the right type."""
    UNKNOWN_FUNCTION = "unknown_function"
    """An invocation of something that is no function."""
    LIMIT = "limit"
    """A limit on work or size."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place in an expression, as compiled code carries it."""

    span: Span
    text: str
    """The whole expression."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Why a null is null."""

    kind: NoticeKind
    message: str
    span: Span
    values: tuple[object, ...] = ()
    """The values that led to it."""
    text: str = ""
    """The expression that the span points into."""

    def __str__(self) -> str:
        """The message and what it speaks of."""
        return f"{self.message} in `{self.text[self.span.start : self.span.end]}`"


def shown(text: str) -> str:
    """What the user wrote, in backticks; cut where it gets long."""
    return f"`{text}`" if len(text) <= _LONGEST_SHOWN else f"`{text[:_LONGEST_SHOWN]}…`"


_LONGEST_SHOWN = 60


class Fails(Exception):
    """Raised inside a builtin where Camunda fails the whole evaluation; becomes a FeelError at the call."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NoValue(Exception):
    """Raised inside a builtin that has no answer; becomes a null with this reason at the call."""

    def __init__(self, message: str, kind: NoticeKind = NoticeKind.INVALID_ARGUMENT) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
