"""Operators between expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmnroute.feel import ast
from dmnroute.feel.parser.cursor import Power
from dmnroute.feel.parser.literals import COMPARISON_OPERATORS, interval_after_start
from dmnroute.feel.parser.types import parse_type

if TYPE_CHECKING:
    from dmnroute.feel.parser.cursor import Cursor, InfixRule


def arithmetic(power: Power) -> InfixRule:
    """arithmetic = expression ( "+" | "-" | "*" | "/" | "**" ) expression; all bind to the left"""

    def parse(cursor: Cursor, left: ast.Node) -> ast.Node:
        operator = cursor.advance().text
        right = cursor.operand(power, expected=f"a value after `{operator}`")
        return ast.Arithmetic(left.span.to(right.span), operator, left, right)

    return parse


def parse_comparison(cursor: Cursor, left: ast.Node) -> ast.Node:
    """comparison = expression ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) expression"""
    operator = cursor.advance().text
    right = cursor.operand(Power.COMPARISON, expected=f"a value after `{operator}`")
    return ast.Comparison(left.span.to(right.span), operator, left, right)


def parse_between(cursor: Cursor, value: ast.Node) -> ast.Node:
    """between = expression "between" expression "and" expression"""
    cursor.advance()
    low = cursor.operand(Power.COMPARISON, expected="a lower bound after `between`")
    cursor.expect("and", expected="`and` after the lower bound")
    high = cursor.operand(Power.COMPARISON, expected="an upper bound after `and`")
    return ast.Between(value.span.to(high.span), value, low, high)


def parse_in(cursor: Cursor, value: ast.Node) -> ast.Node:
    """in = expression "in" ( test | "(" test { "," test } ")" )"""
    cursor.advance()
    tests = _tests_in_parentheses(cursor) if cursor.at("(") else (_test(cursor, Power.COMPARISON),)
    return ast.In(value.span.to(cursor.last), value, tests)


def _tests_in_parentheses(cursor: Cursor) -> tuple[ast.Node, ...]:
    """What follows `in (`: tests, or the range `(a..b)`."""
    start = cursor.advance().span
    tests = [_test(cursor, Power.NONE)]
    if cursor.at("..") and not isinstance(tests[0], ast.ComparisonTest):
        return (interval_after_start(cursor, start, tests[0]),)
    while cursor.accept(","):
        tests.append(_test(cursor, Power.NONE))
    cursor.expect(")", expected="`,` or `)` after a test")
    return tuple(tests)


def _test(cursor: Cursor, power: Power) -> ast.Node:
    if cursor.at(*COMPARISON_OPERATORS):
        return parse_comparison_test(cursor)
    if power is Power.NONE:
        return cursor.enclosed(expected="a test")
    return cursor.expression(power, expected="a test after `in`")


def parse_comparison_test(cursor: Cursor) -> ast.Node:
    """comparison test = ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) expression"""
    cursor.refuse_equality()
    operator = cursor.advance()
    bound = cursor.expression(Power.COMPARISON, expected=f"a value after `{operator.text}`")
    return ast.ComparisonTest(operator.span.to(bound.span), operator.text, bound)


def parse_instance_of(cursor: Cursor, value: ast.Node) -> ast.Node:
    """instance of = expression "instance" "of" type"""
    cursor.advance()
    cursor.expect("of", expected="`of` after `instance`")
    type_node = parse_type(cursor)
    return ast.InstanceOf(value.span.to(type_node.span), value, type_node)


def parse_conjunction(cursor: Cursor, first: ast.Node) -> ast.Node:
    """conjunction = expression { "and" expression }"""
    operands = _operands(cursor, first, "and", Power.AND)
    return ast.Conjunction(first.span.to(operands[-1].span), operands)


def parse_disjunction(cursor: Cursor, first: ast.Node) -> ast.Node:
    """disjunction = expression { "or" expression }"""
    operands = _operands(cursor, first, "or", Power.OR)
    return ast.Disjunction(first.span.to(operands[-1].span), operands)


def _operands(cursor: Cursor, first: ast.Node, word: str, power: Power) -> tuple[ast.Node, ...]:
    operands = [first]
    while cursor.accept(word):
        operands.append(cursor.expression(power, expected=f"a condition after `{word}`"))
    return tuple(operands)
