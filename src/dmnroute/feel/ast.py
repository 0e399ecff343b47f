"""The syntax tree of FEEL. Nodes are equal when they mean the same text, wherever it stands: spans don't count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from dmnroute.source import Span


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of an expression."""

    span: Span = field(compare=False, repr=False)


# Literals


@dataclass(frozen=True, slots=True)
class Null(Node):
    """`null`"""


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    """`true`"""

    value: bool


@dataclass(frozen=True, slots=True)
class Number(Node):
    """`0.5`"""

    value: Decimal


@dataclass(frozen=True, slots=True)
class String(Node):
    """`"text"`"""

    value: str


@dataclass(frozen=True, slots=True)
class AtLiteral(Node):
    """`@"2024-02-29"`"""

    text: str


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """`[1, 2, 3]`"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextEntry(Node):
    """`a: 1`"""

    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    """`{a: 1, b: a + 1}`"""

    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Node):
    """`[1..5)`"""

    start: Node
    end: Node
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class ComparisonRange(Node):
    """`(< 5)`"""

    operator: str
    bound: Node


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    """`function(a: number, b) a + b`"""

    parameters: tuple[Parameter, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """`a: number`"""

    name: str
    type: TypeNode | None


# Names and paths


@dataclass(frozen=True, slots=True)
class Name(Node):
    """`amount`; `?` is the input of a unary test."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`order.amount`"""

    source: Node
    key: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`orders[amount > 5]`, `orders[1]`"""

    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class NamedArgument(Node):
    """`length: 3`"""

    name: str
    value: Node


@dataclass(frozen=True, slots=True)
class Invocation(Node):
    """`substring("abc", 2)`, `substring(string: "abc", start position: 2)`"""

    function: Node
    arguments: tuple[Node, ...]
    """All positional, or all NamedArgument."""


# Operators


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """`-a`"""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`a + b`"""

    operator: str
    left: Node
    right: Node

    def chain(self) -> tuple[Node, list[Arithmetic]]:
        """The first operand of `a + b - c …`, and the operations in their order: a loop, as chains may be long."""
        operations = [self]
        first = self.left
        while isinstance(first, Arithmetic):
            operations.append(first)
            first = first.left
        return first, operations[::-1]


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`a < b`"""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`a between 1 and 5`"""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`a in (< 5, 7, [10..20])`; the tests are what unary tests are made of."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`a instance of number`"""

    value: Node
    type: TypeNode


@dataclass(frozen=True, slots=True)
class Conjunction(Node):
    """`a and b and c`"""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Disjunction(Node):
    """`a or b or c`"""

    operands: tuple[Node, ...]


# Control


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if a then b else c`"""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """`x in xs`"""

    name: str
    domain: Node


@dataclass(frozen=True, slots=True)
class IterationRange(Node):
    """`1..10`, which also counts down"""

    start: Node
    end: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for x in xs, y in ys return x + y`"""

    iterators: tuple[Iterator, ...]
    result: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some x in xs satisfies x > 5`"""

    quantifier: str
    """`some` or `every`"""
    iterators: tuple[Iterator, ...]
    condition: Node


# Unary tests


@dataclass(frozen=True, slots=True)
class ComparisonTest(Node):
    """`< 5`"""

    operator: str
    bound: Node


@dataclass(frozen=True, slots=True)
class AnyInput(Node):
    """`-`, or no text at all: always met"""


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """`< 5, 7` or `not(< 5, 7)`; one test that is met is enough"""

    tests: tuple[Node, ...]
    negated: bool


# Types


@dataclass(frozen=True, slots=True)
class TypeNode(Node):
    """A type"""


@dataclass(frozen=True, slots=True)
class NamedType(TypeNode):
    """`number`, or the name of a type of the model"""

    name: str


@dataclass(frozen=True, slots=True)
class ListType(TypeNode):
    """`list<number>`"""

    item: TypeNode


@dataclass(frozen=True, slots=True)
class RangeType(TypeNode):
    """`range<number>`"""

    item: TypeNode


@dataclass(frozen=True, slots=True)
class ContextType(TypeNode):
    """`context<a: number, b: string>`"""

    entries: tuple[tuple[str, TypeNode], ...]


@dataclass(frozen=True, slots=True)
class FunctionType(TypeNode):
    """`function<number, string> -> boolean`"""

    parameters: tuple[TypeNode, ...]
    result: TypeNode
