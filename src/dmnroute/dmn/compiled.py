"""Boxed expressions, ready to run: each answers a FEEL value in a scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Protocol

from dmnroute.dmn.types import Mismatch, Types, describe
from dmnroute.errors import TableError
from dmnroute.feel.values import Function

if TYPE_CHECKING:
    from dmnroute.dmn.run import Run
    from dmnroute.errors import Place
    from dmnroute.feel import Evaluation, Expression, UnaryTests
    from dmnroute.feel.values import Value


class Logic(Protocol):
    """A compiled expression."""

    def run(self, scope: Mapping[str, Value], run: Run) -> Value: ...


@dataclass(frozen=True, slots=True)
class Literal:
    """A FEEL expression at its place."""

    expression: Expression
    place: Place

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """Evaluate the expression."""
        return run.feel(self.expression, scope, self.place)


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal, whose value is seen from its text."""

    value: Value

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """The value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Null:
    """Where the file gives no expression."""

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """Null."""
        return None


@dataclass(frozen=True, slots=True)
class RepeatedKey:
    """A context that has a key twice, which is null (DMN 1.5, 10.3.2.6)."""

    key: str
    place: Place

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """Null, with a notice."""
        run.notice("invalid_argument", f"the context has the key `{self.key}` twice", self.place)
        return None


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression whose value has to be of a type; a value that isn't becomes null, with a notice."""

    logic: Logic
    type_ref: str
    types: Types
    what: str
    place: Place

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """The value as the type wants it."""
        return conform(self.logic.run(scope, run), self.type_ref, self.types, self.what, self.place, run)


def conform(value: Value, type_ref: str, types: Types, what: str, place: Place, run: Run) -> Value:
    """The value as the type wants it, or null with a notice that says what it isn't.

    Raises TableError (`type`) under Camunda, which fails the evaluation.
    """
    conformed = types.conform(value, type_ref, run.evaluation)
    if not isinstance(conformed, Mismatch):
        return conformed
    refuse(conformed, types, what, place, run)
    return None


def refuse(mismatch: Mismatch, types: Types, what: str, place: Place, run: Run) -> None:
    """Say that a value isn't of its type."""
    if types.camunda:
        raise TableError(f"{what}: {mismatch.message}", code=mismatch.kind, place=place)
    run.notice(mismatch.kind, f"{what} is null: {mismatch.message}", place)


def conform_arguments(
    arguments: Mapping[str, Value],
    parameters: Iterable[tuple[str, str]],
    types: Types,
    function: str,
    place: Place,
    run: Run,
) -> dict[str, Value] | None:
    """The arguments as their types want them; None, with a notice, when one can't be: the call is null then.

    Also under Camunda, which fails only where a boxed invocation gives the argument.
    """
    made: dict[str, Value] = {}
    for name, type_ref in parameters:
        conformed = types.conform(arguments.get(name), type_ref, run.evaluation)
        if isinstance(conformed, Mismatch):
            called = f"the call of `{function}`" if function else "the call"
            run.notice(conformed.kind, f"{called} is null: {conformed.message} (parameter `{name}`)", place)
            return None
        made[name] = conformed
    return made


@dataclass(frozen=True, slots=True)
class Allowed:
    """An input that has to be one of its column's allowed values; another becomes null, with a notice."""

    logic: Logic
    tests: UnaryTests
    place: Place

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """The value, if it is allowed."""
        value = self.logic.run(scope, run)
        if value is None or run.test(self.tests, value, scope, lambda: self.place) is True:
            return value
        run.notice("not_allowed", f"{describe(value)} isn't among {self.tests.text}", self.place, value)
        return None


@dataclass(frozen=True, slots=True)
class ContextLogic:
    """Named entries, each in the scope of those above it; the unnamed last one is the result."""

    entries: tuple[tuple[str, Logic], ...]

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """The context, or the value of the entry without name."""
        inner = dict(scope)
        made: dict[str, Value] = {}
        for name, logic in self.entries:
            value = logic.run(inner, run)
            if not name:
                return value
            inner[name] = made[name] = value
        return made


@dataclass(frozen=True, slots=True)
class ListLogic:
    """The items of a list."""

    items: tuple[Logic, ...]

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """The list of the items' values."""
        return [item.run(scope, run) for item in self.items]


@dataclass(frozen=True, slots=True)
class RelationLogic:
    """A grid: each row becomes a context."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Logic, ...], ...]

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """The list of the rows' contexts."""
        return [{name: cell.run(scope, run) for name, cell in zip(self.columns, row, strict=True)} for row in self.rows]


@dataclass(frozen=True, slots=True)
class FunctionLogic:
    """A function of the model, with typed parameters and result."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    """Names and types."""
    body: Logic
    types: Types
    place: Place

    def returning(self, type_ref: str) -> FunctionLogic:
        """The function with its result held to a type."""
        if not type_ref or type_ref == "Any":
            return self
        what = f"the value of `{self.name}`"
        return replace(self, body=Typed(self.body, type_ref, self.types, what, self.place))

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """The function, which keeps the scope that it was made in."""

        def call(arguments: Mapping[str, Value], evaluation: Evaluation) -> Value:
            given = conform_arguments(arguments, self.parameters, self.types, self.name, self.place, run)
            return None if given is None else self.body.run({**scope, **given}, run)

        names, types = tuple(name for name, _ in self.parameters), tuple(type_ref for _, type_ref in self.parameters)
        return Function(self.name, names, call, types)


@dataclass(frozen=True, slots=True)
class InvocationLogic:
    """A call with a binding for each parameter."""

    called: Logic
    bindings: tuple[tuple[str, Logic], ...]
    types: Types
    place: Place

    def run(self, scope: Mapping[str, Value], run: Run) -> Value:
        """The function's value; null with a notice when it is no function or lacks a parameter of that name.

        Under Camunda a binding without parameter is ignored, and one that is missing or of another type an error.
        """
        function = self.called.run(scope, run)
        if not isinstance(function, Function):
            run.notice("unknown_function", f"{describe(function)} can't be called", self.place, function)
            return None
        arguments = {name: logic.run(scope, run) for name, logic in self.bindings}
        if self.types.camunda:
            self._check_bound(function, arguments, run)
            arguments = {name: arguments[name] for name in function.parameters}
        if function.builtin is not None:
            return run.invoke(function, arguments, self.place)
        for name in arguments:
            if name not in function.parameters:
                run.notice("invalid_argument", f"`{function.name}` has no parameter `{name}`", self.place)
                return None
        with run.call(self.place):
            return function.body({name: arguments.get(name) for name in function.parameters}, run.evaluation)

    def _check_bound(self, function: Function, arguments: Mapping[str, Value], run: Run) -> None:
        for name, type_ref in zip_longest(function.parameters, function.types, fillvalue=""):
            if name not in arguments:
                message = f"the invocation of `{function.name}` has no binding for its parameter `{name}`"
                raise TableError(message, code="type", place=self.place)
            conform(arguments[name], type_ref, self.types, f"the parameter `{name}`", self.place, run)
