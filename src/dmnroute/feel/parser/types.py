"""Types, as `instance of` and the parameters of functions name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.feel import ast
from dmnroute.feel.lexer import TokenKind
from dmnroute.feel.names import KnownNames
from dmnroute.feel.parser.naming import parse_declared_name

if TYPE_CHECKING:
    from dmnroute.feel.parser.cursor import Cursor

_SPACED_TYPES = KnownNames(
    ["date and time", "days and time duration", "years and months duration", "day time duration", "year month duration"]
)
_DEEPEST = 20


def parse_type(cursor: Cursor, depth: int = 0) -> ast.TypeNode:
    """type = qualified name | "list" "<" type ">" | "range" … | "context" … | "function" …"""
    if depth > _DEEPEST:
        raise cursor.error(f"the type is nested more than {_DEEPEST} levels deep", cursor.token.span)
    generic = _GENERIC.get(cursor.token.text)
    if generic is not None and cursor.peek().text == "<" and cursor.dialect.loose_grammar:
        return generic(cursor, depth)
    return _named_type(cursor)


def _named_type(cursor: Cursor) -> ast.TypeNode:
    """qualified name = name { "." name }"""
    start = cursor.token.span
    parts = [_type_name(cursor)]
    while cursor.accept("."):
        parts.append(_type_name(cursor))
    return ast.NamedType(start.to(cursor.last), ".".join(parts))


def _type_name(cursor: Cursor) -> str:
    if cursor.token.kind not in (TokenKind.NAME, TokenKind.QUOTED):
        raise cursor.unexpected("a type")
    for known in (_SPACED_TYPES, cursor.names):
        if longest := known.longest(cursor.tokens, cursor.position):
            cursor.position += longest[1]
            return longest[0]
    return cursor.advance().text.strip("`")


def _list_type(cursor: Cursor, depth: int) -> ast.TypeNode:
    """list type = "list" "<" type ">" """
    start = cursor.advance().span
    item = _item_type(cursor, depth)
    return ast.ListType(start.to(cursor.last), item)


def _range_type(cursor: Cursor, depth: int) -> ast.TypeNode:
    """range type = "range" "<" type ">" """
    start = cursor.advance().span
    item = _item_type(cursor, depth)
    return ast.RangeType(start.to(cursor.last), item)


def _item_type(cursor: Cursor, depth: int) -> ast.TypeNode:
    cursor.expect("<", expected="`<`")
    item = parse_type(cursor, depth + 1)
    cursor.expect(">", expected="`>` after the type")
    return item


def _context_type(cursor: Cursor, depth: int) -> ast.TypeNode:
    """context type = "context" "<" name ":" type { "," name ":" type } ">" """
    start = cursor.advance().span
    cursor.advance()
    entries: list[tuple[str, ast.TypeNode]] = []
    while not cursor.at(">"):
        if entries:
            cursor.expect(",", expected="`,` or `>` after an entry of the type")
        key = parse_declared_name(cursor, (":",), expected="a key of the type, followed by `:`")
        cursor.expect(":", expected="`:` after the key")
        entries.append((key, parse_type(cursor, depth + 1)))
    cursor.advance()
    return ast.ContextType(start.to(cursor.last), tuple(entries))


def _function_type(cursor: Cursor, depth: int) -> ast.TypeNode:
    """function type = "function" "<" [ type { "," type } ] ">" "->" type"""
    start = cursor.advance().span
    cursor.advance()
    parameters: list[ast.TypeNode] = []
    while not cursor.at(">"):
        if parameters:
            cursor.expect(",", expected="`,` or `>` after a type")
        parameters.append(parse_type(cursor, depth + 1))
    cursor.advance()
    cursor.expect("->", expected="`->` and the type of the result")
    result = parse_type(cursor, depth + 1)
    return ast.FunctionType(start.to(cursor.last), tuple(parameters), result)


_GENERIC = {
    "list": _list_type,
    "range": _range_type,
    "context": _context_type,
    "function": _function_type,
}
