"""The tree of errors, by who has to act.

    DmnrouteError
    ├── TableError       the author of a decision table: syntax, structure, a decision that can't be taken
    │   ├── FeelError    an expression that can't be read
    │   └── RouteError   a decision of a run that can't be carried out; the run keeps its state and can be retried
    ├── AgentError       the developer of an agent: declaration, schema
    ├── OperatorError    who runs dmnroute: a run that isn't there, a store that can't be reached
    └── UsageError       who called: arguments that make no sense (exit code 2)

Each error has a stable ``code`` for programs and a text for people: lower case, backticks around what the
user wrote, no final period.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmnroute.source import Source, Span


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a table an error is. Rules and columns are counted from 1, as people see them."""

    file: str = ""
    decision: str = ""
    rule: int | None = None
    column: str = ""
    """``input 2`` or ``output agent``: the column in the words of its header."""
    source: Source | None = None
    """The text of the cell or expression."""
    span: Span | None = None

    def __str__(self) -> str:
        """One line, the outermost place first: ``invoices.dmn, decision `Route`, rule 4, input 2``."""
        parts = [self.file] if self.file else []
        if self.decision:
            parts.append(f"decision `{self.decision}`")
        if self.rule is not None:
            parts.append(f"rule {self.rule}")
        if self.column:
            parts.append(self.column)
        return ", ".join(parts)

    def excerpt(self) -> str:
        """The text with carets under the span; empty when there is no text."""
        if self.source is None or self.span is None:
            return ""
        return self.source.excerpt(self.span)


NOWHERE = Place()


class DmnrouteError(Exception):
    """The root of all errors that dmnroute raises on purpose."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, place: Place = NOWHERE, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        """Message, place, excerpt with caret and hint, each on lines of its own where there is one."""
        hint = f"hint: {self.hint}" if self.hint else ""
        return "\n".join(part for part in (self.message, str(self.place), self.place.excerpt(), hint) if part)

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross processes; keyword-only arguments don't survive pickle by themselves."""
        return _rebuild, (type(self), self.message, self.code, self.place, self.hint)

    def at(self, place: Place) -> DmnrouteError:
        """The same error at a place that is known better further out."""
        return type(self)(self.message, code=self.code, place=place, hint=self.hint)


def _rebuild(kind: type[DmnrouteError], message: str, code: str, place: Place, hint: str) -> DmnrouteError:
    return kind(message, code=code, place=place, hint=hint)


class TableError(DmnrouteError):
    """The author of a decision table has to act."""

    code = "table"


class FeelError(TableError):
    """An expression can't be read."""

    code = "feel_syntax"


class RouteError(TableError):
    """A decision of a run can't be carried out: `no_match`, `unknown_agent`, `route_conflict`, `empty_route`, …

    The run is stopped with its state kept; it goes on with ``retry`` once the policy is corrected.
    """

    code = "route"


class AgentError(DmnrouteError):
    """The developer of an agent has to act."""

    code = "agent"


class OperatorError(DmnrouteError):
    """Whoever runs dmnroute has to act."""

    code = "operation"


class UsageError(DmnrouteError):
    """The call makes no sense; nothing was done."""

    code = "usage"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean `x`?`` when a known name is near, else empty."""
    near = get_close_matches(name, sorted(set(known)), n=1, cutoff=0.6)
    return f"; did you mean `{near[0]}`?" if near else ""
