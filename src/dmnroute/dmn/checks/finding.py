"""What a check has found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from dmnroute.errors import NOWHERE, Place, TableError

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """An error, which keeps a table from being used, or a warning."""

    code: str
    severity: Severity
    message: str
    place: Place = NOWHERE
    hint: str = ""

    def __str__(self) -> str:
        """The text of an error, after the word that says how serious it is."""
        return f"{self.severity}: {self.as_error()}"

    def as_error(self) -> TableError:
        """The finding as an error that can be raised."""
        return TableError(self.message, code=self.code, place=self.place, hint=self.hint)


def from_error(error: TableError) -> Finding:
    """A finding of what loading had to say."""
    return Finding(error.code, "error", error.message, error.place, error.hint)
