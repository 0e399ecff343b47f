"""The Python function of a decision with all that it requires."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from dmnroute.dmn.fast import code
from dmnroute.dmn.fast.plan import FromDecision, FromExpression, FromInput, NotPlain, plan
from dmnroute.dmn.fast.tables import TableWriter
from dmnroute.dmn.fast.values import Doubt, Hold, part
from dmnroute.errors import FeelError
from dmnroute.feel import Evaluation
from dmnroute.feel.values import from_python, to_python

if TYPE_CHECKING:
    from datetime import datetime

    from dmnroute.dmn.fast.plan import Source, Step
    from dmnroute.dmn.library import Key
    from dmnroute.dmn.types import Types
    from dmnroute.dmn.units import AnyUnit, DecisionUnit
    from dmnroute.feel.values.python import Inputs

Program: TypeAlias = Callable[..., object]
"""Called with the inputs and `now=`, gives the plain value."""
Otherwise: TypeAlias = Callable[["Inputs", "datetime | None"], object]
"""The long way to the same value."""


def program(
    unit: DecisionUnit, units: Mapping[Key, AnyUnit], declared: frozenset[str], *, otherwise: Otherwise
) -> Program | None:
    """The program of a decision, which in doubt answers what `otherwise` does; null where it always would."""
    try:
        return _Writer(plan(unit, units, declared), unit.types, _Again(otherwise)).program()
    except (NotPlain, FeelError):
        return None


def traced_program(
    unit: DecisionUnit, units: Mapping[Key, AnyUnit], declared: frozenset[str], *, otherwise: Otherwise
) -> Program | None:
    """The same with the result and its trace as the answer: for a single table, where no value makes a notice."""
    try:
        steps = plan(unit, units, declared)
        if len(steps) > 1:
            return None
        return _Writer(steps, unit.types, otherwise, traced=True).program()
    except (NotPlain, FeelError):
        return None


_BODY = """
if type(inputs) is dict:
    try:
        STEPS
    except DOUBTS:
        pass
return AGAIN(inputs, now)
"""


class _Writer:
    """Writes the function; each step leaves its value in a variable for those after it."""

    def __init__(
        self, steps: tuple[Step, ...], types: Types, otherwise: Otherwise | _Again, *, traced: bool = False
    ) -> None:
        self.types = types
        self.traced = traced
        self._steps = steps
        self._otherwise = otherwise
        self._namespace: dict[str, object] = {
            "bisect": bisect_right,
            "deepcopy": deepcopy,
            "Evaluation": partial(Evaluation, limits=types.limits),
            "from_python": from_python,
            "to_python": partial(to_python, largest=types.limits.size),
            "part": part,
            "predicates": types.predicates(),
            "__builtins__": {"type": type, "dict": dict, "float": float, "int": int, "str": str},
        }

    def program(self) -> Program:
        """All steps one after the other; the last returns the plain value."""
        body: list[ast.stmt] = []
        for number, step in enumerate(self._steps):
            is_last = number == len(self._steps) - 1
            if isinstance(step.logic, FromExpression):
                if self.traced:
                    raise NotPlain
                body += self._expression(number, step.logic, is_last)
            else:
                body += TableWriter(self, number, step, step.logic, is_last).statements()
        doubts = self.put("doubts", (KeyError, TypeError, Doubt, FeelError, RecursionError))
        again = self.put("again", self._otherwise)
        lines = code.statements(_BODY, STEPS=body, DOUBTS=doubts, AGAIN=again)
        made: Program = code.function("value", ["inputs"], {"now": None}, lines, self._namespace)
        if isinstance(self._otherwise, _Again):
            self._otherwise.program = made
        return made

    def put(self, prefix: str, value: object) -> ast.Name:
        """A value that the code uses, under a name of its own."""
        identifier = f"{prefix}_{len(self._namespace)}"
        self._namespace[identifier] = value
        return code.name(identifier)

    def source(self, source: Source, *, plain: bool) -> ast.expr:
        """Code for a value: as the caller has it where that will do, else the FEEL value, held to its types."""
        match source:
            case FromInput():
                value = self._parts(code.expression("inputs[KEY]", KEY=code.constant(source.path[0])), source.path[1:])
                if source.optional and isinstance(self._otherwise, _Again):
                    self._otherwise.optional.add(source.path[0])
                if not plain:
                    value = code.expression("from_python(VALUE)", VALUE=value)
            case FromDecision():
                held = "plain" if plain else "value"
                value = self._parts(code.name(f"{held}{source.step}"), source.path)
            case FromExpression():
                value = self._evaluated(source)
        if plain or not source.types:
            return value
        return code.expression("HOLD(VALUE)", HOLD=self.put("hold", Hold(self.types, source.types)), VALUE=value)

    def _parts(self, value: ast.expr, path: tuple[str, ...]) -> ast.expr:
        for key in path:
            value = code.expression("part(VALUE, KEY)", VALUE=value, KEY=code.constant(key))
        return value

    def _evaluated(self, source: FromExpression) -> ast.expr:
        """Code that evaluates an expression with the values of the names that it reads."""
        scope = ast.Dict(
            [code.constant(name) for name, _ in source.names],
            [self.source(each, plain=False) for _, each in source.names],
        )
        example = "RUN(SCOPE, Evaluation(now=now, types=predicates))"
        return code.expression(example, RUN=self.put("run", source.expression.run), SCOPE=scope)

    def _expression(self, number: int, source: FromExpression, is_last: bool) -> list[ast.stmt]:
        value = self.source(source, plain=False)
        if is_last:
            return code.statements("return to_python(VALUE)", VALUE=value)
        parts = {"TARGET": code.name(f"value{number}"), "PLAIN": code.name(f"plain{number}")}
        return code.statements("TARGET = PLAIN = VALUE", **parts, VALUE=value)


class _Again:
    """What a program does in doubt: try with null for inputs that are missing, then the long way."""

    def __init__(self, otherwise: Otherwise) -> None:
        self.program: Program | None = None
        self.optional: set[str] = set()
        self._otherwise = otherwise

    def __call__(self, inputs: Inputs, now: datetime | None) -> object:
        if self.program is None or type(inputs) is not dict or self.optional <= inputs.keys():
            return self._otherwise(inputs, now)
        return self.program({**dict.fromkeys(self.optional), **inputs}, now=now)
