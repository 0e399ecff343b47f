"""Say in words what changed between two models: cells, rules, columns, decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.dmn import model
from dmnroute.dmn.changes import CellChange, ChangeKind, change, content
from dmnroute.dmn.diff_table import table_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dmnroute.dmn.engine import Model


def diff(old: Model, new: Model) -> tuple[CellChange, ...]:
    """All changes, in the order of the new file. Elements, columns and rules are matched by id."""
    return tuple(_changes(old.definitions, new.definitions))


def _changes(old: model.Definitions, new: model.Definitions) -> Iterator[CellChange]:
    before = {_key(element): element for element in old.elements}
    after = {_key(element): element for element in new.elements}
    for key, element in after.items():
        if key in before:
            yield from _element(before[key], element, _titles(old), _titles(new))
        else:
            yield change(ChangeKind.ELEMENT_ADDED, _title(element), f"{_word(element)} added")
    for key, element in before.items():
        if key not in after:
            yield change(ChangeKind.ELEMENT_REMOVED, _title(element), f"{_word(element)} removed")
    yield from _types(old, new)


def _key(element: model.DRGElement) -> tuple[str, str]:
    return type(element).__name__, element.id or element.name


def _title(element: model.DRGElement) -> str:
    return element.name or element.id


def _titles(definitions: model.Definitions) -> Mapping[str, str]:
    return {element.id: _title(element) for element in definitions.elements}


def _word(element: model.DRGElement) -> str:
    match element:
        case model.InputData():
            return "input data"
        case model.Decision():
            return "decision"
        case model.BusinessKnowledgeModel():
            return "business knowledge model"
        case model.DecisionService():
            return "decision service"


def _element(
    old: model.DRGElement, new: model.DRGElement, old_titles: Mapping[str, str], new_titles: Mapping[str, str]
) -> Iterator[CellChange]:
    title = _title(new)
    if _title(old) != title:
        what = f"renamed from `{_title(old)}`"
        yield change(ChangeKind.NAME, title, what, old=_title(old), new=title)
    if old.variable.type_ref != new.variable.type_ref:
        before, after = old.variable.type_ref, new.variable.type_ref
        yield change(ChangeKind.TYPE, title, column="type", old=before, new=after)
    titles = {**old_titles, **new_titles}
    yield from _requirements(title, _required(old), _required(new), titles)
    yield from _logic(title, _expression(old), _expression(new))


def _expression(element: model.DRGElement) -> model.Expression | None:
    match element:
        case model.Decision():
            return element.expression
        case model.BusinessKnowledgeModel():
            return element.encapsulated_logic
    return None


def _logic(title: str, old: model.Expression | None, new: model.Expression | None) -> Iterator[CellChange]:
    if isinstance(old, model.FunctionDefinition) and isinstance(new, model.FunctionDefinition):
        if content(old.formal_parameters) != content(new.formal_parameters):
            yield change(ChangeKind.EXPRESSION, title, "parameters changed")
        old, new = old.body, new.body
    if isinstance(old, model.DecisionTable) and isinstance(new, model.DecisionTable):
        yield from table_changes(title, old, new)
    elif isinstance(old, model.LiteralExpression) and isinstance(new, model.LiteralExpression):
        if old.text != new.text:
            yield change(ChangeKind.EXPRESSION, title, column="expression", old=old.text, new=new.text)
    elif content(old) != content(new):
        yield change(ChangeKind.EXPRESSION, title, "expression changed")


def _required(element: model.DRGElement) -> set[str]:
    references: list[model.Reference | None] = []
    if isinstance(element, model.Decision):
        for need in element.information_requirements:
            references += [need.required_input, need.required_decision]
    if isinstance(element, model.Decision | model.BusinessKnowledgeModel):
        references += [need.required_knowledge for need in element.knowledge_requirements]
    return {reference.id for reference in references if reference is not None}


def _requirements(title: str, old: set[str], new: set[str], titles: Mapping[str, str]) -> Iterator[CellChange]:
    for identifier in sorted(new - old):
        name = titles.get(identifier, identifier)
        yield change(ChangeKind.REQUIREMENT, title, f"requires `{name}` now", new=name)
    for identifier in sorted(old - new):
        name = titles.get(identifier, identifier)
        yield change(ChangeKind.REQUIREMENT, title, f"no longer requires `{name}`", old=name)


def _types(old: model.Definitions, new: model.Definitions) -> Iterator[CellChange]:
    before = {item.name: item for item in old.item_definitions}
    after = {item.name: item for item in new.item_definitions}
    for name in sorted(before.keys() | after.keys()):
        if name not in before or name not in after:
            yield change(ChangeKind.TYPE, name, "type added" if name in after else "type removed")
        elif content(before[name]) != content(after[name]):
            yield change(ChangeKind.TYPE, name, "type changed")
