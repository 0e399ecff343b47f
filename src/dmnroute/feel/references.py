"""Which names an expression reads from its caller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from dmnroute.feel import ast

if TYPE_CHECKING:
    from dmnroute.source import Span


@dataclass(frozen=True, slots=True)
class Reference:
    """A path that is read from the scope, such as `steps.ocr.confidence`."""

    names: tuple[str, ...]
    span: Span
    implicit: bool = False
    """Read inside a filter, where the first name may be a key of the item instead."""
    invoked: bool = False
    """Invoked as a function."""


def children(node: ast.Node) -> Iterator[ast.Node]:
    """The nodes directly below a node, in the order of the text; types are left out, a chain of operators is one."""
    if isinstance(node, ast.Arithmetic):
        first, operations = node.chain()
        yield first
        yield from (operation.right for operation in operations)
        return
    for field in fields(node):
        value = getattr(node, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, ast.Node) and not isinstance(part, ast.TypeNode):
                yield part


def mentions(node: ast.Node, names: Iterable[str]) -> bool:
    """Tell whether one of the names stands anywhere in the expression."""
    return (isinstance(node, ast.Name) and node.name in names) or any(
        mentions(child, names) for child in children(node)
    )


def references_of(node: ast.Node, *, builtins: Iterable[str], inputs: Iterable[str] = ()) -> tuple[Reference, ...]:
    """Every path that is read from the scope, in the order of the text; `inputs` name the input of unary tests."""
    return tuple(_Finder(frozenset(builtins)).find(node, frozenset({"?", *inputs}), False))


class _Finder:
    def __init__(self, builtins: frozenset[str]) -> None:
        self._builtins = builtins

    def find(self, node: ast.Node, local: Set[str], implicit: bool) -> Iterator[Reference]:
        match node:
            case ast.Name() | ast.Path():
                yield from self._path(node, local, implicit)
            case ast.Invocation(function=ast.Name(name=name, span=span)):
                if name not in local and name not in self._builtins:
                    yield Reference((name,), span, implicit, invoked=True)
                yield from self._all(node.arguments, local, implicit)
            case ast.ContextLiteral(entries=entries):
                yield from self._context(entries, local, implicit)
            case ast.For(iterators=iterators, result=body):
                yield from self._loop(iterators, body, local | {"partial"}, implicit)
            case ast.Quantified(iterators=iterators, condition=body):
                yield from self._loop(iterators, body, local, implicit)
            case ast.FunctionDefinition(parameters=parameters, body=body):
                yield from self.find(body, local | {parameter.name for parameter in parameters}, implicit)
            case ast.Filter(source=source, condition=condition):
                yield from self.find(source, local, implicit)
                yield from self.find(condition, local | {"item"}, True)
            case _:
                yield from self._all(children(node), local, implicit)

    def _all(self, nodes: Iterable[ast.Node], local: Set[str], implicit: bool) -> Iterator[Reference]:
        for node in nodes:
            yield from self.find(node, local, implicit)

    def _path(self, node: ast.Node, local: Set[str], implicit: bool) -> Iterator[Reference]:
        names: list[str] = []
        root = node
        while isinstance(root, ast.Path):
            names.append(root.key)
            root = root.source
        if not isinstance(root, ast.Name):
            yield from self.find(root, local, implicit)
        elif root.name not in local:
            yield Reference((root.name, *reversed(names)), node.span, implicit)

    def _context(self, entries: Iterable[ast.ContextEntry], local: Set[str], implicit: bool) -> Iterator[Reference]:
        known = set(local)
        for entry in entries:
            if isinstance(entry.value, ast.FunctionDefinition):
                known.add(entry.key)
            yield from self.find(entry.value, known, implicit)
            known.add(entry.key)

    def _loop(
        self, iterators: Iterable[ast.Iterator], body: ast.Node, local: Set[str], implicit: bool
    ) -> Iterator[Reference]:
        for iterator in iterators:
            yield from self.find(iterator.domain, local, implicit)
            local |= {iterator.name}
        yield from self.find(body, local, implicit)
