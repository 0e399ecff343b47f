"""What a rule of the policy checks gets to see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from dmnroute.dmn import Model
from dmnroute.dmn.checks import Finding
from dmnroute.dmn.model import DecisionTable
from dmnroute.dmn.places import Where, output_place
from dmnroute.errors import Place, TableError
from dmnroute.feel import ast, compile
from dmnroute.routing.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class PolicySubject:
    """A policy that could be read, the agents it may name, and the name of its `Route` decision."""

    model: Model
    catalogue: Catalogue
    route: str

    @property
    def where(self) -> Where:
        """The file and the `Route` decision."""
        return Where(self.model.definitions.file, self.route)

    def route_table(self) -> DecisionTable | None:
        """The table of the `Route` decision; none when it is no table, or there is none."""
        try:
            expression = self.model.decision(self.route).element.expression
        except TableError:
            return None
        return expression if isinstance(expression, DecisionTable) else None

    def texts(self, column: str) -> Iterator[tuple[str, Place]]:
        """Every text that a column of `Route` names literally, alone or in a list, with its cell."""
        table = self.route_table()
        if table is None:
            return
        for number, clause in enumerate(table.outputs):
            if clause.name == column:
                for rule, entry in enumerate(table.rules):
                    place = output_place(table, self.where, rule, number)
                    yield from ((text, place) for text in _literal_texts(entry.output_entries[number].text))


PolicyRule: TypeAlias = Callable[[PolicySubject], Iterator[Finding]]
"""Looks at a policy and yields what is wrong with it."""


def _literal_texts(cell: str) -> Iterator[str]:
    if not cell.strip():
        return
    tree = compile(cell, dialect="camunda").tree
    items = tree.items if isinstance(tree, ast.ListLiteral) else (tree,)
    yield from (item.value for item in items if isinstance(item, ast.String))
