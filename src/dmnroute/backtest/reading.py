"""What the tables of policies read of the routing context, and how finely they can tell it apart.

Two contexts with the same key are decided alike: so recorded contexts are grouped by it, and each group is decided
once. A number that is only ever compared with literals counts by the literals that it lies between, and a text that is
only compared with literals by which of them it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from dmnroute.backtest.grades import Grade, grades_of
from dmnroute.dmn import Model
from dmnroute.dmn.fast.values import is_open
from dmnroute.dmn.scope import Origin
from dmnroute.dmn.units import InputUnit
from dmnroute.routing.canonical import dumps, plain

Path: TypeAlias = tuple[str, ...]

_MOMENTS = re.compile(rb"\b(?:now|today)\s*\(")
_OTHER = object()
"""Stands for any text that no cell names."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The parts of a context that some policies read."""

    paths: tuple[Path, ...]
    """None begins with another one."""
    grades: Mapping[Path, Grade]
    """Of those that are only compared with literals."""
    by_moment: bool
    """Whether they ask for the time of the decision."""
    values: tuple[Callable[[Any], Hashable], ...] = ()
    """One for each path."""

    def key(self, context: Mapping[str, Any]) -> tuple[Hashable, ...]:
        """Equal for contexts that the policies can't tell apart."""
        return tuple([value(context) for value in self.values])

    def part(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """What is read of a context."""
        part: dict[str, Any] = {"steps": {}}  # errors ask who ran
        for path in self.paths:
            _copy(context, path, part)
        return part


def reading_of(models: Sequence[Model]) -> Reading:
    """What several policies read together."""
    read = {path for model in models for path in _read(model)}
    paths = tuple(sorted(path for path in read if not any(path[:end] in read for end in range(1, len(path)))))
    grades = grades_of(models, paths)
    by_moment = any(_MOMENTS.search(model.source) for model in models)
    return Reading(paths, grades, by_moment, tuple(_value_at(path, grades.get(path)) for path in paths))


def _read(model: Model) -> Iterator[Path]:
    for found in model.references():
        if found.origin in (Origin.OUTSIDE, Origin.INPUT):
            yield found.reference.names
    if model.definitions.dialect == "camunda":
        return
    for unit in model.units.values():
        if isinstance(unit, InputUnit) and not is_open(unit.element.variable.type_ref, unit.types):
            yield (unit.element.variable.name or unit.element.name,)  # held to its type as a whole


def _value_at(path: Path, grade: Grade | None) -> Callable[[Any], Hashable]:
    """Reads the value of a path, as finely as it counts."""
    of_kind = _exact if grade is None else _graded(grade)

    def value_at(value: Any) -> Hashable:
        for name in path:
            if type(value) is not dict:
                # A path through what is no context is null; what stands in the way may be told in an error.
                return None if value is None else (name, _exact(value))
            value = value.get(name)
        return None if value is None else of_kind(value)

    return value_at


def _graded(grade: Grade) -> Callable[[Any], Hashable]:
    numbers, texts = grade.numbers, grade.texts

    def graded(value: Any) -> Hashable:
        kind = type(value)
        if kind is Decimal or kind is int:
            return bisect_left(numbers, value) + bisect_right(numbers, value)
        if kind is str and texts is not None:
            return value if value in texts else _OTHER
        return _exact(value)

    return graded


def _exact(value: Any) -> Hashable:
    """Equal for equal values of one type; how a number was written counts, too, since tables may write it."""
    kind = type(value)
    if value is None or kind is str or kind is int:
        return value  # type: ignore[no-any-return]
    return kind, dumps(plain(value)) if kind in (dict, list) else str(value)


def _copy(source: Any, path: Sequence[str], into: dict[str, Any]) -> None:
    name, *rest = path
    if name not in source:
        return
    value = source[name]
    if rest and isinstance(value, dict):
        below = into.get(name)
        below = into[name] = below if isinstance(below, dict) else {}
        _copy(value, rest, below)
    else:
        into[name] = value
