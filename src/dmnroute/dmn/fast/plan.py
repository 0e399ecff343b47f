"""Decide whether a decision can take the fast path, and what it consists of there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from dmnroute.dmn.compiled import Literal, Typed
from dmnroute.dmn.fast.values import is_open
from dmnroute.dmn.scope import Origin
from dmnroute.dmn.table import TableLogic
from dmnroute.dmn.units import DecisionUnit, InputUnit
from dmnroute.feel import ast
from dmnroute.feel.builtins.catalogue import builtins_of
from dmnroute.feel.dialect import DIALECTS
from dmnroute.feel.references import children

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from dmnroute.dmn.compiled import Logic
    from dmnroute.dmn.library import Key
    from dmnroute.dmn.units import AnyUnit
    from dmnroute.feel import Expression


class NotPlain(Exception):
    """The decision can't take the fast path."""


@dataclass(frozen=True, slots=True)
class FromInput:
    """A value of the caller's, as it is; `types` are those that it is held to on the way."""

    path: tuple[str, ...]
    types: tuple[str, ...]
    optional: bool
    """Without the input, the value is null."""


@dataclass(frozen=True, slots=True)
class FromDecision:
    """What a required decision answered, or a part of it."""

    step: int
    path: tuple[str, ...]
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FromExpression:
    """What an input expression makes of values by their names."""

    expression: Expression
    names: tuple[tuple[str, Source], ...]
    types: tuple[str, ...]


Source: TypeAlias = FromInput | FromDecision | FromExpression


@dataclass(frozen=True, slots=True)
class Step:
    """One decision: a table with the source of each column, or an expression with that of each name."""

    unit: DecisionUnit
    logic: TableLogic | FromExpression
    columns: tuple[Source, ...]
    types: tuple[str, ...]
    """What the table's value is held to, from the inside out."""


def plan(unit: DecisionUnit, units: Mapping[Key, AnyUnit], declared: frozenset[str]) -> tuple[Step, ...]:
    """The decisions in the order of their evaluation, the one that is asked for last. Raises NotPlain."""
    planner = _Planner(units, declared)
    planner.add(unit)
    return tuple(planner.steps)


_MOST_STEPS = 50


class _Planner:
    def __init__(self, units: Mapping[Key, AnyUnit], declared: frozenset[str]) -> None:
        self.units = units
        self.declared = declared
        self.steps: list[Step] = []
        self._numbers: dict[Key, int] = {}

    def add(self, unit: DecisionUnit, depth: int = 0) -> None:
        """Plan a decision after those that it requires."""
        for need in unit.required:
            required = self.units[need.key]
            if need.prefix or need.origin is Origin.KNOWLEDGE or max(depth, len(self.steps)) > _MOST_STEPS:
                raise NotPlain
            if isinstance(required, DecisionUnit) and need.key not in self._numbers:
                self.add(required, depth + 1)
        step = self._step(unit)
        self._numbers[unit.key] = len(self.steps)
        self.steps.append(step)

    def _step(self, unit: DecisionUnit) -> Step:
        logic, types = _untyped(unit.logic)
        if isinstance(logic, TableLogic):
            return Step(unit, logic, tuple(self._column(each, unit) for each in logic.inputs), types)
        if isinstance(logic, Literal):
            return Step(unit, self._expression(logic.expression, types, unit), (), ())
        raise NotPlain

    def _column(self, logic: Logic, unit: DecisionUnit) -> Source:
        inner, types = _untyped(logic)
        if not isinstance(inner, Literal):
            raise NotPlain
        path = _path(inner.expression.tree)
        if path is not None:
            return self._named(path[0], path[1:], types, unit)
        return self._expression(inner.expression, types, unit)

    def _expression(self, expression: Expression, types: tuple[str, ...], unit: DecisionUnit) -> FromExpression:
        builtins = builtins_of(DIALECTS[unit_dialect(unit)])
        if _reads_builtin(expression.tree, builtins) or any(name in builtins for name in _names(unit)):
            raise NotPlain
        names = dict.fromkeys(reference.names[0] for reference in expression.references)
        return FromExpression(expression, tuple((name, self._named(name, (), (), unit)) for name in names), types)

    def _named(self, name: str, path: tuple[str, ...], types: tuple[str, ...], unit: DecisionUnit) -> Source:
        """Where the value of a name comes from. A later requirement of the same name hides an earlier one."""
        is_builtin = name in builtins_of(DIALECTS[unit_dialect(unit)])
        for need in reversed(unit.required):
            if name in need.names:
                required = self.units[need.key]
                if isinstance(required, DecisionUnit):
                    return FromDecision(self._numbers[need.key], path, types)
                assert isinstance(required, InputUnit)
                return self._input(need.names, required, path, types)
        if is_builtin or (name in self.declared and not unit.types.camunda):
            raise NotPlain
        return FromInput((name, *path), types, optional=True)

    def _input(
        self, names: tuple[str, ...], required: InputUnit, path: tuple[str, ...], types: tuple[str, ...]
    ) -> Source:
        """Of an input with two names the first counts; without it there may still be the second."""
        held_to = "" if required.types.camunda else required.element.variable.type_ref
        held = not is_open(held_to, required.types)
        if path and held:
            raise NotPlain
        return FromInput((names[0], *path), (held_to, *types) if held else types, optional=len(names) == 1)


def unit_dialect(unit: DecisionUnit) -> str:
    """The dialect of a decision's expressions."""
    return "camunda" if unit.types.camunda else "dmn"


def _untyped(logic: Logic | None) -> tuple[Logic | None, tuple[str, ...]]:
    """The logic without the types that its value is held to, and these from the inside out."""
    types: list[str] = []
    while isinstance(logic, Typed):
        types.append(logic.type_ref)
        logic = logic.logic
    return logic, tuple(reversed(types))


def _names(unit: DecisionUnit) -> tuple[str, ...]:
    return tuple(name for need in unit.required for name in need.names)


def _reads_builtin(node: ast.Node, builtins: Container[str]) -> bool:
    """Whether a function of FEEL is named other than to invoke it: a variable of that name may be meant."""
    if isinstance(node, ast.Name):
        return node.name in builtins
    if isinstance(node, ast.Invocation) and isinstance(node.function, ast.Name):
        return any(_reads_builtin(argument, builtins) for argument in node.arguments)
    return any(_reads_builtin(child, builtins) for child in children(node))


def _path(tree: ast.Node) -> tuple[str, ...] | None:
    """The names of `a.b.c`."""
    keys: list[str] = []
    while isinstance(tree, ast.Path):
        keys.append(tree.key)
        tree = tree.source
    if not isinstance(tree, ast.Name) or tree.name in ("?", "partial"):
        return None
    return (tree.name, *reversed(keys))
