"""A syntax tree as text: the shortest that reads back to the same tree.

Names of more than one word stand in backticks, so the text needs no names in scope.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dmnroute.feel import ast
from dmnroute.feel.dialect import DMN
from dmnroute.feel.lexer import LexicalError, TokenKind, tokens_of
from dmnroute.feel.parser.cursor import Power
from dmnroute.feel.values.number import number_text
from dmnroute.feel.values.text import quoted

_OPERATORS = {"+": Power.SUM, "-": Power.SUM, "*": Power.PRODUCT, "/": Power.PRODUCT, "**": Power.POWER}
_OPEN_ENDED = (ast.If, ast.For, ast.Quantified, ast.FunctionDefinition)
"""They reach as far to the right as they can."""
_TIGHTEST = Power.POSTFIX + 1


def text_of(node: ast.Node) -> str:
    """The FEEL text of a tree."""
    return _PRINTERS[type(node)](node)


def _within(node: ast.Node, power: int) -> str:
    """The text where only what binds at least as tightly can stand without parentheses."""
    text = text_of(node)
    return text if _power(node) >= power else f"({text})"


def _power(node: ast.Node) -> int:
    match node:
        case ast.Disjunction():
            return Power.OR
        case ast.Conjunction():
            return Power.AND
        case ast.Comparison() | ast.Between() | ast.In():
            return Power.COMPARISON
        case ast.Arithmetic(operator=operator):
            return _OPERATORS[operator]
        case ast.InstanceOf():
            return Power.INSTANCE
        case ast.Negation():
            return Power.NEGATION
        case ast.Path() | ast.Filter() | ast.Invocation():
            return Power.POSTFIX
    return Power.NONE if isinstance(node, (*_OPEN_ENDED, ast.IterationRange)) else _TIGHTEST


def _name(name: str) -> str:
    """The name, in backticks when it isn't one plain word."""
    try:
        tokens = tokens_of(name)
    except LexicalError:
        return f"`{name}`"
    plain = len(tokens) == 2 and tokens[0].kind is TokenKind.NAME and tokens[0].text == name
    return name if plain and name not in DMN.reserved else f"`{name}`"


def _key(name: str) -> str:
    tokens = tokens_of(name) if _WORD.fullmatch(name) else []
    return name if len(tokens) == 2 and name not in DMN.reserved else quoted(name)


_WORD = re.compile(r"[^\W\d]\w*")


def _joined(nodes: Iterable[ast.Node]) -> str:
    return ", ".join(map(text_of, nodes))


def _range(node: ast.RangeLiteral) -> str:
    opening, closing = "[" if node.start_included else "(", "]" if node.end_included else ")"
    return f"{opening}{_endpoint(node.start)}..{_endpoint(node.end)}{closing}"


def _endpoint(node: ast.Node) -> str:
    """An endpoint of a range. What isn't simple stands in parentheses: the bracket of a filter could end the range."""
    simple = isinstance(node, (ast.Number, ast.String, ast.AtLiteral, ast.Name)) or (
        isinstance(node, (ast.Path, ast.Invocation))
        and isinstance(node.source if isinstance(node, ast.Path) else node.function, ast.Name)
    )
    return text_of(node) if simple else f"({text_of(node)})"


def _iterators(nodes: Iterable[ast.Iterator]) -> str:
    return ", ".join(f"{_name(node.name)} in {_domain(node.domain)}" for node in nodes)


def _domain(node: ast.Node) -> str:
    if isinstance(node, ast.IterationRange):
        return text_of(node)
    return _within(node, Power.OR)


def _function(node: ast.FunctionDefinition) -> str:
    return f"function({_joined(node.parameters)}) {text_of(node.body)}"


def _parameter(node: ast.Parameter) -> str:
    return _name(node.name) + (f": {text_of(node.type)}" if node.type else "")


def _tests(node: ast.Tests) -> str:
    tests = _joined(node.tests)
    return f"not({tests})" if node.negated else tests


def _in(node: ast.In) -> str:
    return f"{_within(node.value, Power.COMPARISON)} in ({_joined(node.tests)})"


def _comparison(node: ast.Comparison) -> str:
    left, right = _within(node.left, Power.COMPARISON), _within(node.right, Power.SUM)
    return f"{left} {node.operator} {right}"


def _arithmetic(node: ast.Arithmetic) -> str:
    first, operations = node.chain()
    text, reached = text_of(first), _power(first)
    for operation in operations:
        power = _OPERATORS[operation.operator]
        left = text if reached >= power else f"({text})"
        text, reached = f"{left} {operation.operator} {_within(operation.right, power + 1)}", power
    return text


def _between(node: ast.Between) -> str:
    low, high = _within(node.low, Power.SUM), _within(node.high, Power.SUM)
    return f"{_within(node.value, Power.COMPARISON)} between {low} and {high}"


def _connected(word: str, power: Power) -> Callable[[Any], str]:
    return lambda node: f" {word} ".join(_within(operand, power + 1) for operand in node.operands)


def _context_type(node: ast.ContextType) -> str:
    return f"context<{', '.join(f'{_name(key)}: {text_of(entry)}' for key, entry in node.entries)}>"


def _named_type(node: ast.NamedType) -> str:
    return node.name if node.name in _SPACED_TYPES else ".".join(map(_name, node.name.split(".")))


_SPACED_TYPES = ("date and time", "days and time duration", "years and months duration", "function")

_PRINTERS: Mapping[type[ast.Node], Callable[[Any], str]] = {
    ast.Null: lambda node: "null",
    ast.Boolean: lambda node: "true" if node.value else "false",
    ast.Number: lambda node: number_text(node.value),
    ast.String: lambda node: quoted(node.value),
    ast.AtLiteral: lambda node: f"@{quoted(node.text)}",
    ast.ListLiteral: lambda node: f"[{_joined(node.items)}]",
    ast.ContextLiteral: lambda node: f"{{{_joined(node.entries)}}}",
    ast.ContextEntry: lambda node: f"{_key(node.key)}: {text_of(node.value)}",
    ast.RangeLiteral: _range,
    ast.ComparisonRange: lambda node: f"({node.operator} {_within(node.bound, Power.SUM)})",
    ast.FunctionDefinition: _function,
    ast.Parameter: _parameter,
    ast.Name: lambda node: _name(node.name),
    ast.Path: lambda node: f"{_within(node.source, Power.POSTFIX)}.{_name(node.key)}",
    ast.Filter: lambda node: f"{_within(node.source, Power.POSTFIX)}[{text_of(node.condition)}]",
    ast.Invocation: lambda node: f"{_within(node.function, Power.POSTFIX)}({_joined(node.arguments)})",
    ast.NamedArgument: lambda node: f"{_name(node.name)}: {text_of(node.value)}",
    ast.Negation: lambda node: f"-{_within(node.operand, Power.NEGATION)}",
    ast.Arithmetic: _arithmetic,
    ast.Comparison: _comparison,
    ast.Between: _between,
    ast.In: _in,
    ast.InstanceOf: lambda node: f"{_within(node.value, Power.INSTANCE)} instance of {text_of(node.type)}",
    ast.Conjunction: _connected("and", Power.AND),
    ast.Disjunction: _connected("or", Power.OR),
    ast.If: lambda node: f"if {text_of(node.condition)} then {text_of(node.then)} else {text_of(node.otherwise)}",
    ast.IterationRange: lambda node: f"{_within(node.start, Power.SUM)}..{_within(node.end, Power.SUM)}",
    ast.For: lambda node: f"for {_iterators(node.iterators)} return {text_of(node.result)}",
    ast.Quantified: lambda node: f"{node.quantifier} {_iterators(node.iterators)} satisfies {text_of(node.condition)}",
    ast.ComparisonTest: lambda node: f"{node.operator} {_within(node.bound, Power.SUM)}",
    ast.AnyInput: lambda node: "-",
    ast.Tests: _tests,
    ast.NamedType: _named_type,
    ast.ListType: lambda node: f"list<{text_of(node.item)}>",
    ast.RangeType: lambda node: f"range<{text_of(node.item)}>",
    ast.ContextType: _context_type,
    ast.FunctionType: lambda node: f"function<{_joined(node.parameters)}> -> {text_of(node.result)}",
}
