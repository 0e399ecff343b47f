"""A kind of error that nobody gives: the rule that waits for it never matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dmnroute.dmn.checks import Finding
from dmnroute.dmn.places import Where, input_place
from dmnroute.dmn.walk import tables, texts
from dmnroute.errors import FeelError, Place, did_you_mean
from dmnroute.feel import ast, compile, unary_tests
from dmnroute.feel.references import children
from dmnroute.routing.checks.subject import PolicySubject
from dmnroute.routing.kinds import KINDS


def unknown_kind(subject: PolicySubject) -> Iterator[Finding]:
    """Report texts that `error.kind` is held against, and that are no kind of dmnroute or of an agent.

    Agents say by `@agent(errors=…)` which kinds they have. Without any agents nothing can be said.
    """
    agents = subject.catalogue.agents
    known = frozenset(KINDS).union(*(spec.errors for spec in agents.values()))
    for kind, place in (*_in_cells(subject), *_in_expressions(subject)) if agents else ():
        if kind not in known:
            yield Finding(
                "unknown_kind",
                "warning",
                f"nobody gives an error of kind `{kind}`{did_you_mean(kind, known)}",
                place,
                'an agent declares its own kinds: `@agent("…", errors=("unreadable",))`',
            )


def _in_cells(subject: PolicySubject) -> Iterator[tuple[str, Place]]:
    """The literal tests below an input `….error.kind`."""
    for element in subject.model.definitions.elements:
        where = Where(subject.model.definitions.file, element.name or element.id)
        for table in tables(element):
            for column, clause in enumerate(table.inputs):
                if not _is_kind(_expression(clause.input_expression.text, subject)):
                    continue
                for rule, row in enumerate(table.rules):
                    place = input_place(table, where, rule, column)
                    yield from ((text, place) for text in _tested(row.input_entries[column].text, subject))


def _in_expressions(subject: PolicySubject) -> Iterator[tuple[str, Place]]:
    """The literals that a comparison holds `….error.kind` against."""
    for text, place, is_test in texts(subject.model.definitions):
        tree = None if is_test or "kind" not in text else _expression(text, subject)
        for node in _all(tree) if tree else ():
            yield from ((kind, place) for kind in _compared(node))


def _compared(node: ast.Node) -> Iterator[str]:
    match node:
        case ast.Comparison(operator="=" | "!=", left=left, right=right):
            operands: Sequence[ast.Node] = (left, right)
        case ast.In(value=value, tests=tests):
            operands = (value, *tests)
        case ast.Invocation(function=ast.Name(name="list contains"), arguments=arguments):
            operands = arguments
        case _:
            return
    if any(_is_kind(operand) for operand in operands):
        yield from (text for operand in operands for text in _texts(operand))


def _is_kind(node: ast.Node | None) -> bool:
    return isinstance(node, ast.Path) and node.key == "kind" and _last_key(node.source) == "error"


def _last_key(node: ast.Node) -> str | None:
    match node:
        case ast.Path(key=key):
            return key
        case ast.Name(name=name):
            return name
    return None


def _tested(cell: str, subject: PolicySubject) -> Iterator[str]:
    try:
        tree = unary_tests(cell, dialect=subject.model.definitions.dialect).tree
    except FeelError:  # with names that have spaces a cell can't be read out of its table
        return
    for test in tree.tests if isinstance(tree, ast.Tests) else (tree,):
        yield from _texts(test.bound if isinstance(test, ast.ComparisonTest) else test)


def _texts(node: ast.Node) -> Iterator[str]:
    """A literal text, or those of a literal list."""
    for item in node.items if isinstance(node, ast.ListLiteral) else (node,):
        if isinstance(item, ast.String):
            yield item.value


def _expression(text: str, subject: PolicySubject) -> ast.Node | None:
    try:
        return compile(text, dialect=subject.model.definitions.dialect).tree
    except FeelError:
        return None


def _all(node: ast.Node) -> Iterator[ast.Node]:
    yield node
    for child in children(node):
        yield from _all(child)
