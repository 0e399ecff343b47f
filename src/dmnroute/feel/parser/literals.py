"""Literals and everything in brackets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.feel import ast
from dmnroute.feel.lexer import TokenKind, string_value
from dmnroute.feel.parser.cursor import Power
from dmnroute.feel.parser.naming import declare, parse_declared_name
from dmnroute.feel.values.number import number

if TYPE_CHECKING:
    from dmnroute.feel.parser.cursor import Cursor
    from dmnroute.source import Span


def parse_null(cursor: Cursor) -> ast.Node:
    """null = "null" """
    return ast.Null(cursor.advance().span)


def parse_boolean(cursor: Cursor) -> ast.Node:
    """boolean literal = "true" | "false" """
    token = cursor.advance()
    return ast.Boolean(token.span, token.text == "true")


def parse_number(cursor: Cursor) -> ast.Node:
    """numeric literal = digits [ "." digits ] [ "e" [ "+" | "-" ] digits ] | "." digits …"""
    token = cursor.advance()
    value = Decimal(token.text) if cursor.dialect.long_literals else number(token.text)
    if value is None:
        raise cursor.error("the number is beyond the numbers of FEEL", token.span)
    return ast.Number(token.span, value)


def parse_string(cursor: Cursor) -> ast.Node:
    """string literal = '"' { character | escape } '"'"""
    token = cursor.advance()
    return ast.String(token.span, _string(cursor, token.text))


def parse_at_literal(cursor: Cursor) -> ast.Node:
    """at literal = "@" string literal"""
    token = cursor.advance()
    return ast.AtLiteral(token.span, _string(cursor, token.text[1:].lstrip()))


def _string(cursor: Cursor, literal: str) -> str:
    return string_value(literal, unicode_escapes=cursor.dialect.unicode_escapes)


def parse_square_bracket(cursor: Cursor) -> ast.Node:
    """list = "[" [ expression { "," expression } ] "]" | interval"""
    start = cursor.advance().span
    if cursor.accept("]"):
        return ast.ListLiteral(start.to(cursor.last), ())
    items = [parse_element(cursor, expected="an item of the list, or `]`")]
    if cursor.at(".."):
        return _interval(cursor, start, items[0], included=True)
    while cursor.accept(","):
        items.append(parse_element(cursor, expected="an item of the list after `,`"))
    cursor.expect("]", expected="`,` or `]` after an item of the list")
    return ast.ListLiteral(start.to(cursor.last), tuple(items))


def parse_element(cursor: Cursor, *, expected: str) -> ast.Node:
    """element = expression | ( "<" | "<=" | ">" | ">=" ) endpoint; the latter is a range, as in `[< 2, > 5]`"""
    if not (cursor.at("<", "<=", ">", ">=") and cursor.dialect.loose_grammar):
        return cursor.enclosed(expected=expected)
    operator = cursor.advance()
    bound = cursor.enclosed(Power.COMPARISON, expected=f"a value after `{operator.text}`")
    return ast.ComparisonRange(operator.span.to(bound.span), operator.text, bound)


def parse_reversed_bracket(cursor: Cursor) -> ast.Node:
    """interval that starts open = "]" endpoint ".." endpoint ( ")" | "[" | "]" )"""
    start = cursor.advance().span
    low = cursor.endpoint(expected="the start of a range after `]`")
    if not cursor.at(".."):
        raise cursor.unexpected("`..` after the start of a range")
    return _interval(cursor, start, low, included=False)


def parse_parenthesis(cursor: Cursor) -> ast.Node:
    """group = "(" expression ")" | interval | "(" comparison operator expression ")" """
    start = cursor.advance().span
    if cursor.at(*COMPARISON_OPERATORS):
        cursor.refuse_equality()
        operator = cursor.advance().text
        bound = cursor.enclosed(Power.COMPARISON, expected=f"a value after `{operator}`")
        cursor.expect(")", expected="`)` after the range")
        return ast.ComparisonRange(start.to(cursor.last), operator, bound)
    inner = cursor.enclosed(expected="an expression after `(`")
    if cursor.at(".."):
        return _interval(cursor, start, inner, included=False)
    cursor.expect(")", expected="`)`")
    return inner


def interval_after_start(cursor: Cursor, start: Span, low: ast.Node) -> ast.Node:
    """The rest of `(a..b)`, when `(` and its first expression are read."""
    return _interval(cursor, start, low, included=False)


def _interval(cursor: Cursor, start: Span, low: ast.Node, *, included: bool) -> ast.Node:
    """interval = ( "(" | "]" | "[" ) endpoint ".." endpoint ( ")" | "[" | "]" )"""
    cursor.expect("..", expected="`..`")
    high = cursor.endpoint(expected="the end of the range after `..`")
    if not cursor.at(")", "[", "]"):
        raise cursor.unexpected("`]`, `)` or `[` after the end of the range")
    closing = cursor.advance()
    return ast.RangeLiteral(start.to(closing.span), low, high, included, closing.text == "]")


def parse_context(cursor: Cursor) -> ast.Node:
    """context = "{" [ entry { "," entry } ] "}" """
    start = cursor.advance().span
    entries: list[ast.ContextEntry] = []
    while not cursor.at("}"):
        if entries:
            cursor.expect(",", expected="`,` or `}` after an entry of the context")
        entries.append(_entry(cursor))
    cursor.advance()
    return ast.ContextLiteral(start.to(cursor.last), tuple(entries))


def _entry(cursor: Cursor) -> ast.ContextEntry:
    """entry = ( name | string literal ) ":" expression"""
    start = cursor.token.span
    if cursor.token.kind is TokenKind.STRING:
        key = _string(cursor, cursor.advance().text)
        declare(cursor, key)
    else:
        key = parse_declared_name(cursor, (":",), expected="a key of the context, followed by `:`")
    cursor.expect(":", expected="`:` after the key of the context")
    value = parse_element(cursor, expected=f"a value for the key `{key}`")
    return ast.ContextEntry(start.to(value.span), key, value)


def parse_negation(cursor: Cursor) -> ast.Node:
    """negation = "-" expression; binds tighter than any operator with two sides"""
    start = cursor.advance().span
    operand = cursor.expression(Power.NEGATION, expected="a value after `-`")
    return ast.Negation(start.to(operand.span), operand)


COMPARISON_OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
