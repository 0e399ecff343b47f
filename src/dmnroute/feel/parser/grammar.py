"""The grammar of FEEL: which rule reads what, and the two ways into it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dmnroute.errors import FeelError, Place
from dmnroute.feel import ast
from dmnroute.feel.lexer import LexicalError, TokenKind, tokens_of
from dmnroute.feel.parser import control, literals, naming, operators
from dmnroute.feel.parser.cursor import Cursor, Grammar, Power
from dmnroute.source import Source, Span

if TYPE_CHECKING:
    from dmnroute.feel.dialect import Dialect
    from dmnroute.feel.names import KnownNames

LONGEST_TEXT = 200_000
"""Characters of an expression."""
MOST_TOKENS = 100_000
"""Words, literals and symbols of an expression: each takes time to compile."""

GRAMMAR = Grammar(
    literals={
        TokenKind.NUMBER: literals.parse_number,
        TokenKind.STRING: literals.parse_string,
        TokenKind.AT: literals.parse_at_literal,
        TokenKind.NAME: naming.parse_name,
        TokenKind.QUOTED: naming.parse_name,
    },
    prefixes={
        "null": literals.parse_null,
        "true": literals.parse_boolean,
        "false": literals.parse_boolean,
        "[": literals.parse_square_bracket,
        "]": literals.parse_reversed_bracket,
        "(": literals.parse_parenthesis,
        "{": literals.parse_context,
        "-": literals.parse_negation,
        "if": control.parse_if,
        "for": control.parse_for,
        "some": control.parse_quantified,
        "every": control.parse_quantified,
        "function": control.parse_function,
    },
    infixes={
        "or": (Power.OR, operators.parse_disjunction),
        "and": (Power.AND, operators.parse_conjunction),
        "=": (Power.COMPARISON, operators.parse_comparison),
        "!=": (Power.COMPARISON, operators.parse_comparison),
        "<": (Power.COMPARISON, operators.parse_comparison),
        "<=": (Power.COMPARISON, operators.parse_comparison),
        ">": (Power.COMPARISON, operators.parse_comparison),
        ">=": (Power.COMPARISON, operators.parse_comparison),
        "between": (Power.COMPARISON, operators.parse_between),
        "in": (Power.COMPARISON, operators.parse_in),
        "+": (Power.SUM, operators.arithmetic(Power.SUM)),
        "-": (Power.SUM, operators.arithmetic(Power.SUM)),
        "*": (Power.PRODUCT, operators.arithmetic(Power.PRODUCT)),
        "/": (Power.PRODUCT, operators.arithmetic(Power.PRODUCT)),
        "**": (Power.POWER, operators.arithmetic(Power.POWER)),
        "instance": (Power.INSTANCE, operators.parse_instance_of),
        ".": (Power.POSTFIX, naming.parse_path),
        "[": (Power.POSTFIX, naming.parse_filter),
        "(": (Power.POSTFIX, naming.parse_invocation),
    },
)

CAMUNDA_GRAMMAR = replace(
    GRAMMAR,
    prefixes={**GRAMMAR.prefixes, "and": naming.parse_connective_function, "or": naming.parse_connective_function},
    infixes={**GRAMMAR.infixes, "instance": (Power.COMPARISON, operators.parse_instance_of)},
)


def parse_expression(text: str, *, dialect: Dialect, names: KnownNames, place: Place) -> ast.Node:
    """expression, to the end of the text"""
    cursor = _cursor(text, dialect=dialect, names=names, place=place)
    try:
        node = cursor.expression()
    except RecursionError:
        raise _too_deep(cursor) from None
    _expect_end(cursor)
    return node


def parse_unary_tests(text: str, *, dialect: Dialect, names: KnownNames, place: Place) -> ast.Node:
    """unary tests = "-" | [ "not" "(" ] test { "," test } [ ")" ], to the end of the text"""
    cursor = _cursor(text, dialect=dialect, names=names, place=place)
    try:
        return _any_input(cursor) or _negated_tests(cursor) or _positive_tests(cursor)
    except RecursionError:
        raise _too_deep(cursor) from None


def _any_input(cursor: Cursor) -> ast.Node | None:
    """any input = "-" | nothing"""
    start = cursor.token.span
    if cursor.at("-") and cursor.peek().kind is TokenKind.END:
        cursor.advance()
    return ast.AnyInput(start) if cursor.token.kind is TokenKind.END else None


def _negated_tests(cursor: Cursor) -> ast.Node | None:
    """negated tests = "not" "(" test { "," test } ")"; `not(a) and b` is an expression instead"""
    if not (cursor.at("not") and cursor.peek().text == "("):
        return None
    start = cursor.advance().span
    cursor.advance()
    tests = _tests(cursor)
    cursor.expect(")", expected="`,` or `)` after a test")
    if cursor.token.kind is not TokenKind.END:
        if not cursor.dialect.loose_grammar:
            raise cursor.unexpected("the end of the text after `not(…)`", hint=_ONE_NOT)
        cursor.position = 0
        return None
    return ast.Tests(start.to(cursor.last), tests, negated=True)


_ONE_NOT = 'Camunda takes `not(…)` as a whole cell only: `not("a", "b")`'


def _positive_tests(cursor: Cursor) -> ast.Node:
    start = cursor.token.span
    tests = _tests(cursor)
    if cursor.at("and", "or"):
        hint = "use `?` for the input in a condition: `? > 3 and ? < 10`"
        raise cursor.unexpected("`,` or the end of the text after a test", hint=hint)
    _expect_end(cursor)
    return ast.Tests(start.to(cursor.last), tests, negated=False)


def _tests(cursor: Cursor) -> tuple[ast.Node, ...]:
    """test { "," test }"""
    tests = [_test(cursor)]
    while cursor.accept(","):
        tests.append(_test(cursor))
    return tuple(tests)


def _test(cursor: Cursor) -> ast.Node:
    """test = comparison test | expression"""
    if cursor.at(*literals.COMPARISON_OPERATORS):
        return operators.parse_comparison_test(cursor)
    return cursor.enclosed(expected="a test")


def _cursor(text: str, *, dialect: Dialect, names: KnownNames, place: Place) -> Cursor:
    source = Source(text)
    if len(text) > LONGEST_TEXT:
        raise _too_long(f"{LONGEST_TEXT:,} characters", place)
    try:
        tokens = tokens_of(text, exponents=dialect.exponents)
    except LexicalError as error:
        place = Place(place.file, place.decision, place.rule, place.column, source, error.span)
        raise FeelError(error.message, place=place) from None
    if len(tokens) > MOST_TOKENS:
        raise _too_long(f"{MOST_TOKENS:,} words and symbols", place)
    grammar = GRAMMAR if dialect.loose_grammar else CAMUNDA_GRAMMAR
    return Cursor(source, tokens, grammar, dialect=dialect, names=names, place=place)


def _too_long(limit: str, place: Place) -> FeelError:
    place = Place(place.file, place.decision, place.rule, place.column)
    return FeelError(f"the expression has more than {limit}", code="feel_limit", place=place)


def _expect_end(cursor: Cursor) -> None:
    if cursor.token.kind is not TokenKind.END:
        raise cursor.unexpected("an operator or the end of the text")


def _too_deep(cursor: Cursor) -> FeelError:
    return cursor.error("the expression is nested too deeply", Span(0, 1), code="feel_limit")
