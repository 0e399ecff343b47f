"""Outputs that can't be collected so."""

from __future__ import annotations

from collections.abc import Iterator

from dmnroute.dmn.checks import Finding
from dmnroute.dmn.places import output_place
from dmnroute.errors import Place, RouteError
from dmnroute.feel import ast, compile
from dmnroute.routing.checks.subject import PolicySubject
from dmnroute.routing.collecting import problem_of
from dmnroute.routing.columns import Row, collect


def wrong_collect(subject: PolicySubject) -> Iterator[Finding]:
    """Report a `collect` with another word, a field that no agent of its row gives, or a rule for another kind."""
    for rule, value, place in _literals(subject):
        try:
            said = collect(Row({"collect": value}, place))
        except RouteError as error:
            yield Finding("wrong_word", "error", error.message, place, error.hint)
            continue
        named = [name for name, at in subject.texts("agent") if at.rule == rule]
        problem = problem_of(said, [subject.catalogue.agents.get(name) for name in named]) if named else None
        if problem is not None and subject.catalogue.agents:
            yield Finding("collect", "error", problem, place)


def _literals(subject: PolicySubject) -> Iterator[tuple[int | None, object, Place]]:
    """The cells of `collect` that say literally what they mean: their rule, the value, the place."""
    table = subject.route_table()
    for number, clause in enumerate(table.outputs) if table else ():
        if table is None or clause.name != "collect":
            continue
        for rule, entry in enumerate(table.rules):
            value = _literal(entry.output_entries[number].text)
            if value is not None:
                place = output_place(table, subject.where, rule, number)
                yield place.rule, value, place


def _literal(cell: str) -> object | None:
    """A text, or a context of texts; null where the cell computes it."""
    tree = compile(cell, dialect="camunda").tree if cell.strip() else None
    if isinstance(tree, ast.String):
        return tree.value
    if isinstance(tree, ast.ContextLiteral):
        found = {entry.key: entry.value for entry in tree.entries}
        texts = {key: value.value for key, value in found.items() if isinstance(value, ast.String)}
        return texts if len(texts) == len(found) else None
    return None
