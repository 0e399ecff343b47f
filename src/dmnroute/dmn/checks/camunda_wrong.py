"""An expression that Camunda 8 reads or computes wrongly: it is right here, and another result there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dmnroute.dmn.checks.finding import Finding
from dmnroute.dmn.model import HitPolicyName
from dmnroute.dmn.places import output_column
from dmnroute.dmn.walk import texts
from dmnroute.errors import FeelError
from dmnroute.feel import ast, compile, unary_tests
from dmnroute.feel.references import children
from dmnroute.feel.values import DateTime, DaysTimeDuration, Time, YearsMonthsDuration
from dmnroute.feel.values.calendar import SECOND
from dmnroute.feel.values.iso import temporal_of_text
from dmnroute.feel.values.number import is_integer

if TYPE_CHECKING:
    from dmnroute.dmn.checks.base import Subject
    from dmnroute.dmn.model import DecisionTable
    from dmnroute.dmn.places import Where
    from dmnroute.source import Span


class _Wrong(NamedTuple):
    """What is wrong in an expression, and what to write instead."""

    span: Span
    message: str
    hint: str


def camunda_wrong(subject: Subject) -> Iterator[Finding]:
    """Warn about what a file for Camunda 8 would give there that it shouldn't."""
    if not subject.camunda:
        return
    for text in texts(subject.model.definitions):
        if not _WORTH_READING.search(text.text):
            continue
        for wrong in _in_text(text.text, text.is_test):
            place = replace(text.place, span=wrong.span)
            yield Finding("camunda_wrong", "warning", wrong.message, place, wrong.hint)
    for where, table in subject.tables():
        yield from _priorities(table, where)


_WORTH_READING = re.compile(
    r"\b(in|true|string|time|list contains|index of|sqrt|log|exp|stddev)\b|[*/?]|-\s*(@|time)|[^\x00-\uffff]"
)
"""What any of the findings has in it: most cells have none of it, and needn't be parsed again."""


@lru_cache(maxsize=4096)
def _in_text(text: str, is_test: bool) -> tuple[_Wrong, ...]:
    try:
        tree = (unary_tests if is_test else compile)(text, dialect="camunda").tree
    except FeelError:
        return ()
    return tuple(_in_tree(tree, text))


def _in_tree(tree: ast.Node, text: str) -> Iterator[_Wrong]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield from _in_node(node, text)
        waiting.extend(children(node))


def _in_node(node: ast.Node, text: str) -> Iterator[_Wrong]:
    match node:
        case ast.Arithmetic():
            yield from (wrong for operation in node.chain()[1] for wrong in _operation(operation))
        case ast.Conjunction(operands=operands) | ast.Disjunction(operands=operands):
            yield from (_swallowed(operand) for operand in operands[:-1] if _swallows(operand, text))
        case ast.In(value=value, tests=tests) if any(_holds_contexts(test, value) for test in tests):
            yield _Wrong(node.span, "Camunda never finds a context in a list", _BY_KEYS)
        case ast.Invocation(function=ast.Name(name=name), arguments=arguments):
            yield from _invocation(name, arguments, node)
        case ast.ListLiteral(items=items) if any(map(_is_input, items)):
            yield _Wrong(node.span, "Camunda doesn't recognise `?` as an item of a list", _CELL_INPUT)
        case ast.Tests(tests=tests, negated=negated) if negated or len(tests) > 1:
            yield from (_true(test) for test in tests if test == ast.Boolean(test.span, True))


def _operation(node: ast.Arithmetic) -> Iterator[_Wrong]:
    yield from _durations(node)
    if node.operator == "-" and _is_zoned_time(node.left) and _is_zoned_time(node.right):
        yield _Wrong(node.span, "Camunda loses the sign of a difference of zoned times", "")
    if node.operator == "**" and isinstance(node.right, ast.Number) and not is_integer(node.right.value):
        yield _Wrong(node.span, "Camunda computes powers with a fraction in binary, to 16 digits", "")


def _durations(node: ast.Arithmetic) -> Iterator[_Wrong]:
    left, right = _is_duration(node.left), _is_duration(node.right)
    if node.operator == "*" and (left or right):
        factor = node.right if left else node.left
        if isinstance(factor, ast.Number) and not is_integer(factor.value):
            yield _Wrong(node.span, "Camunda drops the fraction of what a duration is multiplied by", _BY_NUMBERS)
    if node.operator == "/" and left:
        what = "divides durations without a fraction" if right else "divides a duration wrongly beyond 24 days"
        yield _Wrong(node.span, f"Camunda {what}", _BY_NUMBERS)


_BY_NUMBERS = "compute with numbers, and make a duration of the result"


def _is_duration(node: ast.Node) -> bool:
    if isinstance(node, ast.Invocation) and isinstance(node.function, ast.Name):
        return node.function.name in ("duration", "years and months duration")
    return isinstance(_temporal(node), (DaysTimeDuration, YearsMonthsDuration))


def _is_zoned_time(node: ast.Node) -> bool:
    value = _temporal(node)
    return isinstance(value, Time) and not value.is_local


def _temporal(node: ast.Node) -> object:
    """The value of `@"…"`, or of `time("…")` and its like; null of anything else."""
    match node:
        case ast.AtLiteral(text=text):
            return temporal_of_text(text, camunda=True)
        case ast.Invocation(function=ast.Name(name=name), arguments=(ast.String(value=text),)) if name in _TEMPORAL:
            return temporal_of_text(text, camunda=True)
    return None


_TEMPORAL = ("time", "date and time", "duration")


def _holds_contexts(node: ast.Node, value: ast.Node) -> bool:
    """Whether a list is one of contexts, or a context is looked for in it."""
    if not isinstance(node, ast.ListLiteral):
        return False
    return isinstance(value, ast.ContextLiteral) or any(isinstance(item, ast.ContextLiteral) for item in node.items)


_BY_KEYS = "compare by a key: `some x in list satisfies x.key = value`"


def _swallows(node: ast.Node, text: str) -> bool:
    """Whether an `in` without parentheses around it takes what follows for a part of its test."""
    if not isinstance(node, ast.In) or len(node.tests) > 1:
        return False
    test = node.tests[0]
    if isinstance(test, (ast.ComparisonTest, ast.RangeLiteral)) or text[: node.span.end].endswith(")"):
        return False
    return not text[node.span.end :].lstrip().startswith(")")


def _swallowed(node: ast.Node) -> _Wrong:
    message = "Camunda takes all that follows `in` for its test"
    return _Wrong(node.span, message, "put parentheses around it: `(a in b) and c`")


def _invocation(name: str, arguments: tuple[ast.Node, ...], node: ast.Invocation) -> Iterator[_Wrong]:
    given = [each.value if isinstance(each, ast.NamedArgument) else each for each in arguments]
    if name in _OF_ANYTHING and any(map(_is_input, given[1:])):
        yield _Wrong(node.span, f"Camunda doesn't recognise `?` in `{name}`", _CELL_INPUT)
    if name in _FINDING and len(given) > 1 and _holds_contexts(*given[:2]):
        yield _Wrong(node.span, "Camunda never finds a context in a list", _BY_KEYS)
    if name in _BINARY:
        yield _Wrong(node.span, f"Camunda computes `{name}` in binary, to 16 digits", "")
    if name == "string" and len(given) == 1 and _has_fraction(given[0]):
        yield _Wrong(node.span, "Camunda loses the fraction of a second in the text of a duration", "")
    if name == "time" and len(given) == 1 and _is_in_zone(given[0]):
        message = "Camunda keeps the offset of the day in a time that is taken out of it"
        yield _Wrong(node.span, message, "")
    if name in ("string length", "substring") and any(_is_beyond_utf_16(each) for each in given):
        yield _Wrong(node.span, "Camunda counts this character as two", "")


_OF_ANYTHING = ("list contains", "index of", "append", "concatenate", "union", "insert before", "min", "max", "sum")
"""Functions that take any value beside a list."""
_FINDING = ("list contains", "index of")
_BINARY = ("sqrt", "log", "exp", "stddev")
_CELL_INPUT = "write `cellInput` for `?`"


def _has_fraction(node: ast.Node) -> bool:
    value = _temporal(node)
    return isinstance(value, DaysTimeDuration) and value.nanoseconds % SECOND != 0


def _is_in_zone(node: ast.Node) -> bool:
    value = _temporal(node)
    return isinstance(value, DateTime) and bool(value.time.zone)


def _is_input(node: ast.Node) -> bool:
    return isinstance(node, ast.Name) and node.name == "?"


def _is_beyond_utf_16(node: ast.Node) -> bool:
    return isinstance(node, ast.String) and any(letter > "\uffff" for letter in node.value)


def _true(node: ast.Node) -> _Wrong:
    message = "Camunda takes `true` beside other tests, or in `not(…)`, as met by every input"
    return _Wrong(node.span, message, "write `? = true`, or `false` for `not(true)`")


def _priorities(table: DecisionTable, where: Where) -> Iterator[Finding]:
    if table.hit_policy not in (HitPolicyName.PRIORITY, HitPolicyName.OUTPUT_ORDER):
        return
    for number, output in enumerate(table.outputs, start=1):
        listed = output.output_values.text.count(",") + 1 if output.output_values is not None else 0
        if listed > _MOST_PRIORITIES:
            message = f"Camunda orders more than {_MOST_PRIORITIES} output values wrongly; there are {listed}"
            yield Finding("camunda_wrong", "warning", message, where.place(column=output_column(table, number)))


_MOST_PRIORITIES = 10
