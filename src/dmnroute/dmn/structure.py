"""What must hold in a file before anything is compiled: unique names, known references, no cycle, whole tables."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dmnroute.dmn import model
from dmnroute.dmn.places import Where, input_column, output_column
from dmnroute.dmn.walk import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmnroute.dmn.problems import Problems


def check_structure(definitions: model.Definitions, problems: Problems) -> None:
    """Add every error of structure to the problems."""
    _unique(definitions, problems)
    _types(definitions, problems)
    for element in definitions.elements:
        _named(element, definitions, problems)
        where = Where(definitions.file, element.name or element.id)
        for table in tables(element):
            _table(table, where, problems)


def _unique(definitions: model.Definitions, problems: Problems) -> None:
    for identifier in _repeated(element.id for element in definitions.elements):
        problems.add("duplicate_id", f"several elements have the id `{identifier}`")
    for name in _repeated(element.name for element in definitions.elements):
        hint = "a name stands for one thing; rename all but one"
        problems.add("duplicate_name", f"several elements are named `{name}`", hint=hint)
    for name in _repeated(item.name for item in definitions.item_definitions):
        problems.add("duplicate_name", f"several types are named `{name}`")


def _types(definitions: model.Definitions, problems: Problems) -> None:
    """A type may hold itself in a part; but one that is only another name must end at something."""
    items = {item.name: item for item in definitions.item_definitions}
    done: set[str] = set()
    for name in items:
        path: dict[str, None] = {}
        here = items.get(name)
        while here is not None and here.name not in done and here.name not in path and not here.item_components:
            path[here.name] = None
            here = items.get(here.type_ref)
        if here is not None and here.name in path:
            circle = list(path)[list(path).index(here.name) :]
            listed = " → ".join(f"`{each}`" for each in [*circle, here.name])
            problems.add("type_cycle", f"types mean each other in a circle: {listed}")
        done.update(path)


def _repeated(texts: Iterable[str]) -> list[str]:
    return [text for text, count in Counter(texts).items() if text and count > 1]


def _named(element: model.DRGElement, definitions: model.Definitions, problems: Problems) -> None:
    if element.name or (definitions.dialect == "camunda" and element.id):
        return
    what = f"the element `{element.id}`" if element.id else "an element"
    line = f" (line {element.line})" if element.line else ""
    problems.add("missing_name", f"{what}{line} has no name")


def _table(table: model.DecisionTable, where: Where, problems: Problems) -> None:
    _clauses(table, where, problems)
    for number, rule in enumerate(table.rules, start=1):
        _cells(len(rule.input_entries), len(table.inputs), "input", number, where, problems)
        _cells(len(rule.output_entries), len(table.outputs), "output", number, where, problems)
    for identifier in _repeated(rule.id for rule in table.rules):
        problems.add("duplicate_id", f"several rules have the id `{identifier}`", place=where.place())
    if table.aggregation is not None and table.hit_policy is not model.HitPolicyName.COLLECT:
        message = f"aggregation `{table.aggregation.value}` goes with hit policy COLLECT, not {table.hit_policy.value}"
        problems.add("hit_policy", message, place=where.place())
    if table.aggregation not in (None, model.BuiltinAggregator.COUNT) and len(table.outputs) > 1:
        message = f"aggregation `{table.aggregation.value if table.aggregation else ''}` needs a single output column"
        problems.add("hit_policy", message, place=where.place())


def _clauses(table: model.DecisionTable, where: Where, problems: Problems) -> None:
    for number, clause in enumerate(table.inputs, start=1):
        if not clause.input_expression.text:
            problems.add(
                "missing_expression",
                f"{input_column(number)} has no expression",
                place=where.place(column=input_column(number)),
                hint="say what the column looks at, such as `last.confidence`",
            )
    if not table.outputs:
        problems.add("missing_output", "the table has no output column", place=where.place())
    for name in _repeated(clause.name for clause in table.outputs):
        problems.add("duplicate_output", f"several output columns are named `{name}`", place=where.place())
    if len(table.outputs) > 1:
        for number, output in enumerate(table.outputs, start=1):
            if not output.name and not output.label:
                place = where.place(column=output_column(table, number))
                message = f"output {number} has no name; a table with several output columns needs one for each"
                problems.add("missing_output_name", message, place=place)


def _cells(found: int, wanted: int, kind: str, rule: int, where: Where, problems: Problems) -> None:
    if found == wanted:
        return
    columns = f"{wanted} {kind} column{'' if wanted == 1 else 's'}"
    message = f"rule {rule} has {found} {kind} cell{'' if found == 1 else 's'}, but the table has {columns}"
    problems.add("cell_count", message, place=where.place(rule=rule))
