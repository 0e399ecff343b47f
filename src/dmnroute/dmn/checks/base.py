"""What a rule of the checks gets to see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from dmnroute.dmn.places import Where
from dmnroute.dmn.walk import tables

if TYPE_CHECKING:
    from dmnroute.dmn.checks.finding import Finding
    from dmnroute.dmn.checks.known_names import KnownNames
    from dmnroute.dmn.engine import Model
    from dmnroute.dmn.model import DecisionTable


@dataclass(frozen=True, slots=True)
class Subject:
    """A model that could be read, and the names that exist outside of it (None: nobody knows)."""

    model: Model
    known_names: KnownNames | None = None

    @property
    def camunda(self) -> bool:
        """Whether the file is for Camunda 8."""
        return self.model.definitions.dialect == "camunda"

    def tables(self) -> Iterator[tuple[Where, DecisionTable]]:
        """All decision tables of the file, with the names of what they belong to."""
        definitions = self.model.definitions
        for element in definitions.elements:
            where = Where(definitions.file, element.name or element.id)
            for table in tables(element):
                yield where, table


Rule: TypeAlias = Callable[[Subject], "Iterator[Finding]"]
"""Looks at a model and yields what is wrong with it."""
