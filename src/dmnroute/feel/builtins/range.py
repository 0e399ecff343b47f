"""Functions of ranges and points (DMN 10.3.4.9): how they lie to each other on a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dmnroute.errors import NOWHERE, FeelError
from dmnroute.feel import ast
from dmnroute.feel.builtins.registry import Builtins
from dmnroute.feel.dialect import DMN
from dmnroute.feel.names import KnownNames
from dmnroute.feel.notices import NoticeKind, NoValue, shown
from dmnroute.feel.parser.grammar import parse_expression
from dmnroute.feel.runtime.equality import Comparing, in_range, order
from dmnroute.feel.values.iso import temporal_of_text
from dmnroute.feel.values.kinds import type_name
from dmnroute.feel.values.number import CONTEXT
from dmnroute.feel.values.range import Range

builtin = Builtins()

_NAMES = KnownNames(["date and time"])
_OPEN_START = re.compile(r"\s*[(\]]\s*\.\.(.*)([)\]\[])\s*", re.DOTALL)
_OPEN_END = re.compile(r"\s*([(\]\[])(.*)\.\.\s*[)\[]\s*", re.DOTALL)
"""`(..5]` and `[5..)`: a side without an endpoint is open."""


@dataclass(frozen=True, slots=True)
class _Edge:
    """An endpoint of a range, or a point. An open side lies beyond all values."""

    value: object
    included: bool
    beyond: int = 0
    """-1 before all values, 1 after them."""

    def compared(self, other: _Edge) -> int:
        if self.beyond or other.beyond:
            return self.beyond - other.beyond
        rank = order(self.value, other.value)
        if rank is None:
            names = type_name(self.value), type_name(other.value)
            raise NoValue(f"a {names[0]} can't be compared with a {names[1]}", NoticeKind.NOT_COMPARABLE)
        return rank


def _start(value: object) -> _Edge:
    if isinstance(value, Range):
        return _Edge(value.start, value.start_included, -1 if value.start is None else 0)
    return _Edge(value, True)


def _end(value: object) -> _Edge:
    if isinstance(value, Range):
        return _Edge(value.end, value.end_included, 1 if value.end is None else 0)
    return _Edge(value, True)


def _starts_earlier(one: object, other: object, *, or_together: bool) -> bool:
    """Tell whether one range holds something before all of the other, or at least nothing less."""
    first, second = _start(one), _start(other)
    rank = first.compared(second)
    if or_together:
        return rank < 0 or (rank == 0 and (first.included or not second.included))
    return rank < 0 or (rank == 0 and first.included and not second.included)


def _ends_earlier_or_together(one: object, other: object) -> bool:
    first, second = _end(one), _end(other)
    rank = first.compared(second)
    return rank < 0 or (rank == 0 and (not first.included or second.included))


def _touches(one: object, other: object) -> bool:
    """Tell whether the end of one reaches the start of the other."""
    end, start = _end(one), _start(other)
    rank = end.compared(start)
    return rank > 0 or (rank == 0 and end.included and start.included)


def _same(one: _Edge, other: _Edge) -> bool:
    return one.compared(other) == 0 and one.included is other.included


_FOUR_PAIRS = (
    "(point1: point, point2: point)",
    "(point: point, range: range)",
    "(range: range, point: point)",
    "(range1: range, range2: range)",
)


def _signatures(name: str, *pairs: str) -> list[str]:
    return [name + pair for pair in pairs]


@builtin(*_signatures("before", *_FOUR_PAIRS))
def before(one: object, other: object) -> bool:
    """Tell whether all of one lies before all of the other."""
    return not _touches(one, other)


@builtin(*_signatures("after", *_FOUR_PAIRS))
def after(one: object, other: object) -> bool:
    """Tell whether all of one lies after all of the other."""
    return not _touches(other, one)


_TWO_RANGES = "(range1: range, range2: range)"
_POINT_RANGE = "(point: point, range: range)"
_RANGE_POINT = "(range: range, point: point)"
_TWO_POINTS = "(point1: point, point2: point)"


@builtin(*_signatures("meets", _TWO_RANGES))
def meets(one: Range, other: Range) -> bool:
    """Tell whether one ends at the point where the other starts."""
    end, start = _end(one), _start(other)
    return end.included and start.included and end.compared(start) == 0


@builtin(*_signatures("met by", _TWO_RANGES))
def met_by(one: Range, other: Range) -> bool:
    """Tell whether one starts at the point where the other ends."""
    return meets(other, one)


@builtin(*_signatures("overlaps", _TWO_RANGES))
def overlaps(one: Range, other: Range) -> bool:
    """Tell whether they share something."""
    return _touches(one, other) and _touches(other, one)


@builtin(*_signatures("overlaps before", _TWO_RANGES))
def overlaps_before(one: Range, other: Range) -> bool:
    """Tell whether one starts first and ends within the other."""
    return (
        _starts_earlier(one, other, or_together=False)
        and _touches(one, other)
        and _ends_earlier_or_together(one, other)
    )


@builtin(*_signatures("overlaps after", _TWO_RANGES))
def overlaps_after(one: Range, other: Range) -> bool:
    """Tell whether one starts within the other and ends last."""
    return (
        _starts_earlier(other, one, or_together=False)
        and _touches(other, one)
        and _ends_earlier_or_together(other, one)
    )


@builtin(*_signatures("finishes", _POINT_RANGE, _TWO_RANGES))
def finishes(one: object, other: Range) -> bool:
    """Tell whether one is the last part of the other."""
    return _same(_end(one), _end(other)) and (
        not isinstance(one, Range) or _starts_earlier(other, one, or_together=True)
    )


@builtin(*_signatures("finished by", _RANGE_POINT, _TWO_RANGES))
def finished_by(one: Range, other: object) -> bool:
    """Tell whether the last part of one is the other."""
    return finishes(other, one)


@builtin(*_signatures("starts", _POINT_RANGE, _TWO_RANGES))
def starts(one: object, other: Range) -> bool:
    """Tell whether one is the first part of the other."""
    return _same(_start(one), _start(other)) and (not isinstance(one, Range) or _ends_earlier_or_together(one, other))


@builtin(*_signatures("started by", _RANGE_POINT, _TWO_RANGES))
def started_by(one: Range, other: object) -> bool:
    """Tell whether the first part of one is the other."""
    return starts(other, one)


@builtin(*_signatures("includes", _RANGE_POINT, _TWO_RANGES))
def includes(one: Range, other: object) -> bool | None:
    """Tell whether all of the other lies within one; a point at an end that is included does, whichever way round."""
    if isinstance(other, Range):
        return _starts_earlier(one, other, or_together=True) and _ends_earlier_or_together(other, one)
    if starts(other, one) or finishes(other, one):
        return True
    return _decided(in_range(other, one), other, one.end if one.start is None else one.start)


@builtin(*_signatures("during", _POINT_RANGE, _TWO_RANGES))
def during(one: object, other: Range) -> bool | None:
    """Tell whether all of one lies within the other."""
    return includes(other, one)


@builtin(*_signatures("coincides", _TWO_POINTS, _TWO_RANGES), compares=True)
def coincides(by: Comparing, one: object, other: object) -> bool | None:
    """Tell whether both are the same."""
    return _decided(by.equals(one, other), one, other)


def _decided(outcome: bool | None, one: object, other: object) -> bool:
    if outcome is None:
        names = type_name(one), type_name(other)
        raise NoValue(f"a {names[0]} can't be compared with a {names[1]}", NoticeKind.NOT_COMPARABLE)
    return outcome


@builtin("range(from: string)")
def range_from_text(text: str) -> Range:
    """Read `[1..10)`; the endpoints are literals of one type."""
    if (half := _OPEN_START.fullmatch(text)) is not None:
        return Range(None, _bound(half[1], text), False, half[2] == "]")
    if (half := _OPEN_END.fullmatch(text)) is not None:
        return Range(_bound(half[2], text), None, half[1] == "[", False)
    node = _parsed(text, text)
    if not isinstance(node, ast.RangeLiteral):
        raise NoValue(f"{shown(text)} is no range")
    start, end = _endpoint(node.start, text), _endpoint(node.end, text)
    rank = order(start, end)
    if rank is None or rank > 0:
        raise NoValue(f"the endpoints of {shown(text)} are not in order")
    return Range(start, end, node.start_included, node.end_included)


def _parsed(part: str, text: str) -> ast.Node:
    try:
        return parse_expression(part, dialect=DMN, names=_NAMES, place=NOWHERE)
    except FeelError as error:
        raise NoValue(f"{shown(text)} is no range: {error.message}") from None


def _bound(part: str, text: str) -> object:
    """The only endpoint of a range that is open to one side."""
    value = _endpoint(_parsed(part, text), text)
    if value is None:
        raise NoValue(f"an endpoint of {shown(text)} is no literal")
    return value


def _endpoint(node: ast.Node, text: str) -> Any:
    """The value of an endpoint: a literal, or `date("…")` and its like."""
    match node:
        case ast.Number(value=value) | ast.String(value=value):
            return value
        case ast.Negation(operand=ast.Number(value=value)):
            return CONTEXT.minus(value)
        case ast.AtLiteral(text=literal):
            return temporal_of_text(literal)
        case ast.Invocation(function=ast.Name(name=name), arguments=(ast.String(value=literal),)):
            temporal = temporal_of_text(literal)
            return temporal if type_name(temporal) == name or name == "duration" else None
    raise NoValue(f"an endpoint of {shown(text)} is no literal")
