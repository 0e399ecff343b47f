"""Names, and what follows them: paths, filters, invocations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.feel import ast
from dmnroute.feel.lexer import TokenKind
from dmnroute.feel.names import KnownNames, name_text

if TYPE_CHECKING:
    from dmnroute.errors import FeelError
    from dmnroute.feel.parser.cursor import Cursor

_NAME_SYMBOLS = frozenset("+-*/'.’")
_PROPERTIES = KnownNames(["start included", "end included", "time offset"])


def parse_name(cursor: Cursor) -> ast.Node:
    """name = name start { name part | name symbol }; of the names in scope the longest that matches, or one word"""
    start = cursor.token.span
    name = _read_name(cursor, cursor.names)
    return ast.Name(start.to(cursor.last), name)


def parse_connective_function(cursor: Cursor) -> ast.Node:
    """Camunda has functions called `and` and `or`."""
    if cursor.peek().text != "(":
        raise cursor.unexpected("an expression")
    token = cursor.advance()
    return ast.Name(token.span, token.text)


def _read_name(cursor: Cursor, known: KnownNames) -> str:
    longest = known.longest(cursor.tokens, cursor.position)
    if longest is None:
        token = cursor.advance()
        return token.text.strip("`")
    name, length = longest
    cursor.position += length
    return name


def parse_declared_name(cursor: Cursor, ends: tuple[str, ...], *, expected: str) -> str:
    """The name that an expression gives to something of its own; known from here on."""
    length = declared_name_length(cursor, ends)
    if not length:
        raise _no_declared_name(cursor, ends, expected)
    tokens = cursor.tokens[cursor.position : cursor.position + length]
    cursor.position += length
    if tokens[0].kind is TokenKind.QUOTED:
        return tokens[0].text.strip("`")
    name = name_text(tokens)
    if length > 1:
        declare(cursor, name)
    return name


def _no_declared_name(cursor: Cursor, ends: tuple[str, ...], expected: str) -> FeelError:
    """There is no name, or what has to follow it isn't there."""
    if cursor.token.kind not in (TokenKind.NAME, TokenKind.QUOTED):
        return cursor.unexpected(expected)
    cursor.advance()
    while _may_continue(cursor.token.kind, cursor.token.text):
        cursor.advance()
    wanted = " or ".join(f"`{end}`" for end in ends)
    return cursor.unexpected(f"{wanted} after the name")


def declare(cursor: Cursor, name: str) -> None:
    """Know a name from here on, in a dialect where names can have spaces."""
    if cursor.dialect.spaced_names:
        cursor.names.add(name)


def declared_name_length(cursor: Cursor, ends: tuple[str, ...]) -> int:
    """How many tokens of a name stand before one of the ends; 0 when it isn't a name that stands there."""
    length = 0
    while cursor.peek(length).text not in ends:
        token = cursor.peek(length)
        if token.kind is TokenKind.QUOTED and length == 0:
            return 1 if cursor.peek(1).text in ends else 0
        is_part = token.kind is TokenKind.NAME or (length and _may_continue(token.kind, token.text))
        if not is_part:
            return 0
        length += 1
    return length


def _may_continue(kind: TokenKind, text: str) -> bool:
    return kind is TokenKind.NUMBER or (kind is TokenKind.SYMBOL and (text in _NAME_SYMBOLS or text == "**"))


def parse_path(cursor: Cursor, source: ast.Node) -> ast.Node:
    """path = expression "." name"""
    cursor.advance()
    if cursor.token.kind not in (TokenKind.NAME, TokenKind.QUOTED):
        raise cursor.unexpected("a name after `.`")
    known = cursor.names
    if _PROPERTIES.longest(cursor.tokens, cursor.position) and not known.longest(cursor.tokens, cursor.position):
        known = _PROPERTIES
    key = _read_name(cursor, known)
    return ast.Path(source.span.to(cursor.last), source, key)


def parse_filter(cursor: Cursor, source: ast.Node) -> ast.Node:
    """filter = expression "[" expression "]" """
    cursor.advance()
    condition = cursor.enclosed(expected="a condition or an index after `[`")
    cursor.expect("]", expected="`]` after the filter")
    return ast.Filter(source.span.to(cursor.last), source, condition)


def parse_invocation(cursor: Cursor, function: ast.Node) -> ast.Node:
    """invocation = expression "(" [ argument { "," argument } ] ")"; all arguments are named, or none is"""
    if not cursor.dialect.loose_grammar and not _is_qualified_name(function):
        raise cursor.unexpected(
            "an operator or the end of the text", hint="Camunda calls functions by their names only"
        )
    cursor.advance()
    arguments: list[ast.Node] = []
    while not cursor.at(")"):
        if arguments:
            cursor.expect(",", expected="`,` or `)` after an argument")
        arguments.append(_argument(cursor, arguments))
    cursor.advance()
    return ast.Invocation(function.span.to(cursor.last), function, tuple(arguments))


def _is_qualified_name(node: ast.Node) -> bool:
    while isinstance(node, ast.Path):
        node = node.source
    return isinstance(node, ast.Name)


def _argument(cursor: Cursor, before: list[ast.Node]) -> ast.Node:
    """argument = [ parameter name ":" ] expression"""
    start = cursor.token.span
    named = declared_name_length(cursor, (":",)) > 0
    if before and named != isinstance(before[0], ast.NamedArgument):
        raise cursor.error("either all arguments have names, or none has", start)
    if not named:
        return cursor.enclosed(expected="an argument")
    length = declared_name_length(cursor, (":",))
    name = name_text(cursor.tokens[cursor.position : cursor.position + length]).strip("`")
    cursor.position += length + 1
    value = cursor.enclosed(expected=f"a value for the argument `{name}`")
    return ast.NamedArgument(start.to(value.span), name, value)
