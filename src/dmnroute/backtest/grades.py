"""How finely tables tell the values of a path apart, where they only compare it with literals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dmnroute.dmn import Model
from dmnroute.dmn.index.cells import Cell, cell_of_tree
from dmnroute.dmn.model import DecisionTable
from dmnroute.dmn.places import Where, input_column
from dmnroute.dmn.scope import Origin
from dmnroute.dmn.types import BASIC
from dmnroute.errors import FeelError
from dmnroute.feel.dialect import DIALECTS
from dmnroute.feel.names import KnownNames
from dmnroute.feel.parser.grammar import parse_unary_tests


@dataclass(frozen=True, slots=True)
class Grade:
    """The literals that a path is compared with."""

    numbers: tuple[Decimal, ...] = ()
    """Rising."""
    texts: frozenset[str] | None = frozenset()
    """Null where texts are compared by their order."""

    def with_cell(self, cell: Cell) -> Grade:
        """With one more cell that the path is held against."""
        if cell.kind is Decimal:
            bounds = {cut[0] for span in cell.spans for cut in span if cut is not None} | set(cell.points or ())
            return Grade(tuple(sorted({*self.numbers, *bounds})), self.texts)
        if cell.kind is str:
            texts = None if cell.points is None or self.texts is None else self.texts | cell.points
            return Grade(self.numbers, texts)
        return self


def grades_of(models: Sequence[Model], paths: Sequence[tuple[str, ...]]) -> Mapping[tuple[str, ...], Grade]:
    """The grades of those paths that all models only compare with literals, in the inputs of tables."""
    grades: dict[tuple[str, ...], Grade] = {}
    read: Counter[tuple[str, ...]] = Counter()
    graded: Counter[tuple[str, ...]] = Counter()
    for model in models:
        read.update(path for path in _outside(model))
        for path, cells in _columns(model):
            graded[path] += 1
            grade = grades.get(path, Grade())
            for cell in cells:
                grade = grade.with_cell(cell)
            grades[path] = grade
    # A path that anything else reads, or reads a part of, has to be known exactly.
    deeper = {path[:end] for path in read for end in range(1, len(path))}
    return {
        path: grades[path] for path in paths if path in grades and read[path] == graded[path] and path not in deeper
    }


def _outside(model: Model) -> Iterator[tuple[str, ...]]:
    for found in model.references():
        if found.origin in (Origin.OUTSIDE, Origin.INPUT):
            yield found.reference.names


def _columns(model: Model) -> Iterator[tuple[tuple[str, ...], list[Cell]]]:
    """The columns that are a path and nothing else, with their cells, where all of them are literals."""
    alone = _paths_of_columns(model)
    for decision in model.decisions.values():
        table = decision.element.expression
        if not isinstance(table, DecisionTable):
            continue
        for number, clause in enumerate(table.inputs, 1):
            path = alone.get((decision.name, input_column(number)))
            text = clause.input_expression.text
            held = clause.input_expression.type_ref
            if path is None or text.strip() != ".".join(path) or clause.input_values or not _is_basic(held):
                continue
            cells = [_cell(rule.input_entries[number - 1].text, model) for rule in table.rules]
            if None not in cells:
                yield path, [cell for cell in cells if isinstance(cell, Cell)]


def _paths_of_columns(model: Model) -> dict[tuple[str, str], tuple[str, ...]]:
    """Decision and column → what its expression reads, when that is one path from outside."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for each in model.references():
        place = each.place
        if place.rule is None and each.origin in (Origin.OUTSIDE, Origin.INPUT):
            found[place.decision, place.column] = each.reference.names
    return found


def _is_basic(type_ref: str) -> bool:
    return type_ref in ("", "Any") or type_ref in BASIC


ANY = "-"


def _cell(text: str, model: Model) -> Cell | bool | None:
    """The meaning of a cell; true where anything meets it, null where it is more than literals."""
    if text.strip() in ("", ANY):
        return True
    try:
        tree = parse_unary_tests(
            text, dialect=DIALECTS[model.definitions.dialect], names=KnownNames(), place=Where().place()
        )
    except FeelError:
        return None
    return cell_of_tree(tree)
