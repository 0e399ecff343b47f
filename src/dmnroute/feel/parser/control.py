"""Expressions that begin with a word: if, for, some, every, function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.feel import ast
from dmnroute.feel.parser.cursor import Power
from dmnroute.feel.parser.naming import parse_declared_name
from dmnroute.feel.parser.types import parse_type

if TYPE_CHECKING:
    from dmnroute.feel.parser.cursor import Cursor


def parse_if(cursor: Cursor) -> ast.Node:
    """if = "if" expression "then" expression "else" expression"""
    start = cursor.advance().span
    condition = cursor.expression(expected="a condition after `if`")
    cursor.expect("then", expected="`then` after the condition")
    then = cursor.expression(expected="a value after `then`")
    cursor.expect("else", expected="`else`; every `if` needs one")
    otherwise = cursor.expression(expected="a value after `else`")
    return ast.If(start.to(otherwise.span), condition, then, otherwise)


def parse_for(cursor: Cursor) -> ast.Node:
    """for = "for" iterator { "," iterator } "return" expression"""
    start = cursor.advance().span
    iterators = _iterators(cursor, after="for")
    cursor.expect("return", expected="`,` or `return` after the list to iterate over")
    result = cursor.expression(expected="a value after `return`")
    return ast.For(start.to(result.span), iterators, result)


def parse_quantified(cursor: Cursor) -> ast.Node:
    """quantified = ( "some" | "every" ) iterator { "," iterator } "satisfies" expression"""
    word = cursor.advance()
    iterators = _iterators(cursor, after=word.text)
    cursor.expect("satisfies", expected="`,` or `satisfies` after the list to iterate over")
    condition = cursor.expression(expected="a condition after `satisfies`")
    return ast.Quantified(word.span.to(condition.span), word.text, iterators, condition)


def _iterators(cursor: Cursor, *, after: str) -> tuple[ast.Iterator, ...]:
    iterators = [_iterator(cursor, after)]
    while cursor.accept(","):
        iterators.append(_iterator(cursor, ","))
    return tuple(iterators)


def _iterator(cursor: Cursor, after: str) -> ast.Iterator:
    """iterator = name "in" expression [ ".." expression ]"""
    start = cursor.token.span
    name = parse_declared_name(cursor, ("in",), expected=f"a variable after `{after}`, followed by `in`")
    cursor.expect("in", expected="`in` after the variable")
    lowest = Power.NONE if cursor.dialect.loose_grammar else Power.COMPARISON
    domain = cursor.expression(lowest, expected="a list or a range after `in`")
    cursor.refuse_range(domain, hint="Camunda counts with `1..3`, without brackets")
    if cursor.accept(".."):
        end = cursor.expression(expected="the end of the range after `..`")
        domain = ast.IterationRange(domain.span.to(end.span), domain, end)
    return ast.Iterator(start.to(domain.span), name, domain)


def parse_function(cursor: Cursor) -> ast.Node:
    """function definition = "function" "(" [ parameter { "," parameter } ] ")" expression"""
    start = cursor.advance().span
    cursor.expect("(", expected="`(` after `function`")
    parameters: list[ast.Parameter] = []
    names: set[str] = set()
    while not cursor.at(")"):
        if parameters:
            cursor.expect(",", expected="`,` or `)` after a parameter")
        parameters.append(_parameter(cursor))
        if parameters[-1].name in names:
            raise cursor.error(f"two parameters are called `{parameters[-1].name}`", parameters[-1].span)
        names.add(parameters[-1].name)
    cursor.advance()
    if cursor.at("external"):
        raise cursor.error("external functions are not supported", cursor.token.span)
    body = cursor.expression(expected="the body of the function")
    return ast.FunctionDefinition(start.to(body.span), tuple(parameters), body)


def _parameter(cursor: Cursor) -> ast.Parameter:
    """parameter = name [ ":" type ]"""
    start = cursor.token.span
    name = parse_declared_name(cursor, (":", ",", ")"), expected="the name of a parameter")
    if cursor.at(":") and not cursor.dialect.loose_grammar:
        raise cursor.unexpected("`,` or `)` after a parameter", hint="Camunda's functions have no types")
    type_node = parse_type(cursor) if cursor.accept(":") else None
    return ast.Parameter(start.to(cursor.last), name, type_node)
