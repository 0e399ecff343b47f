"""Collect everything that is wrong with a file, so that its author sees all of it at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from dmnroute.errors import Place, TableError


@dataclass(slots=True)
class Problems:
    """The errors found so far while one file is read and compiled."""

    file: str = ""
    errors: list[TableError] = field(default_factory=list)

    def add(self, code: str, message: str, *, place: Place | None = None, hint: str = "") -> None:
        """Note one error; without a place it is an error of the file."""
        self.errors.append(TableError(message, code=code, place=place or Place(self.file), hint=hint))

    def raise_first(self) -> None:
        """Raise the first error, if there is any, and say how many more there are."""
        if not self.errors:
            return
        first, more = self.errors[0], len(self.errors) - 1
        if not more:
            raise first
        others = f"{more} more error{'s' if more > 1 else ''} in this file; check lists all"
        hint = f"{first.hint}; {others}" if first.hint else others
        raise type(first)(first.message, code=first.code, place=first.place, hint=hint)
