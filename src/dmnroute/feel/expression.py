"""Expressions and unary tests: read once, compiled at their first use, evaluated many times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from dmnroute.errors import NOWHERE, FeelError, Place, UsageError
from dmnroute.feel.builtins.catalogue import STANDARD, builtins_of
from dmnroute.feel.compiler.rules import compiled
from dmnroute.feel.dialect import DIALECTS
from dmnroute.feel.evaluation import DEFAULT_LIMITS, Evaluation, Limits
from dmnroute.feel.names import KnownNames
from dmnroute.feel.parser.grammar import parse_expression, parse_unary_tests
from dmnroute.feel.references import references_of
from dmnroute.feel.values.python import from_python, named_values, to_python
from dmnroute.source import Source, Span

if TYPE_CHECKING:
    from datetime import datetime

    from dmnroute.feel import ast
    from dmnroute.feel.dialect import Dialect, DialectName
    from dmnroute.feel.notices import Notice
    from dmnroute.feel.references import Reference
    from dmnroute.feel.values.python import Inputs

_NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Result:
    """What came out, and why it is null or partly null where it is."""

    value: object
    notices: tuple[Notice, ...] = ()


class _Compiled:
    """What both kinds of expression share. Immutable, and safe to use from many threads."""

    __slots__ = ("_function", "_names", "_place", "dialect", "references", "text", "tree")

    _parse: Callable[..., ast.Node]
    _parameters: tuple[str, ...]

    def __init__(
        self, text: str, *, dialect: DialectName = "dmn", names: Iterable[str] = (), place: Place = NOWHERE
    ) -> None:
        chosen = _dialect(dialect)
        if not isinstance(text, str):
            raise UsageError(f"FEEL is text, not `{type(text).__name__}`")
        self.text = text
        self.dialect = dialect
        self._names = tuple(names)
        self._place = place
        known = _known_builtins(chosen).copy()
        for name in self._names if chosen.spaced_names else ():
            known.add(name)
        self.tree: ast.Node = type(self)._parse(text, dialect=chosen, names=known, place=place)
        self.references: tuple[Reference, ...] = references_of(
            self.tree,
            builtins=builtins_of(chosen),
            inputs=chosen.input_names if "value" in self._parameters else (),
        )
        self._function: Callable[..., object] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """Compiled code can't be pickled; the text can."""
        return _rebuild, (type(self), self.text, self.dialect, self._names, self._place)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.__reduce__() == self.__reduce__()

    def __hash__(self) -> int:
        return hash((type(self), self.text, self.dialect))

    def _compile(self) -> Callable[..., object]:
        """Compile at the first use; two threads may both do it, with the same outcome."""
        self._function = function = compiled(
            self.tree, self.text, dialect=_dialect(self.dialect), parameters=self._parameters
        )
        return function

    def _call(self, *arguments: object) -> object:
        try:
            return (self._function or self._compile())(*arguments)
        except RecursionError:
            raise self._error("the expression calls itself too deeply", code="feel_limit") from None
        except FeelError as error:
            raise error.at(self._located(error.place)) from None

    def _error(self, message: str, *, code: str) -> FeelError:
        span = Span(0, max(1, len(self.text)))
        return FeelError(message, code=code, place=self._located(Place(source=Source(self.text), span=span)))

    def _located(self, inner: Place) -> Place:
        if inner.source is None or inner.source.text != self.text:
            return inner
        place = self._place
        return Place(place.file, place.decision, place.rule, place.column, inner.source, inner.span)


class Expression(_Compiled):
    """A FEEL expression."""

    __slots__ = ()

    _parse = staticmethod(parse_expression)
    _parameters = ("scope", "evaluation")

    def evaluate(
        self,
        variables: Inputs = _NOTHING,
        *,
        now: datetime | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> Result:
        """Evaluate with Python values, and give Python values back. FeelError when a limit is passed."""
        evaluation = Evaluation(now=now, limits=limits)
        value = self.run(_scope(variables), evaluation)
        return Result(to_python(value, limits.size), tuple(evaluation.notices))

    def run(self, scope: Mapping[str, object], evaluation: Evaluation) -> object:
        """Evaluate with FEEL values in a running evaluation, which takes the notices."""
        return self._call(scope, evaluation)


class UnaryTests(_Compiled):
    """The tests of an input entry: met (true), not met (false), or neither (null)."""

    __slots__ = ()

    _parse = staticmethod(parse_unary_tests)
    _parameters = ("value", "scope", "evaluation")

    def evaluate(
        self,
        input_value: object,
        variables: Inputs = _NOTHING,
        *,
        now: datetime | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> Result:
        """Test an input with Python values. FeelError when a limit is passed."""
        evaluation = Evaluation(now=now, limits=limits)
        value = self.run(from_python(input_value), _scope(variables), evaluation)
        return Result(value, tuple(evaluation.notices))

    def run(self, input_value: object, scope: Mapping[str, object], evaluation: Evaluation) -> bool | None:
        """Test an input that is a FEEL value in a running evaluation, which takes the notices."""
        outcome = self._call(input_value, scope, evaluation)
        return outcome if outcome is True or outcome is False else None


def _rebuild(kind: type[_Compiled], text: str, dialect: DialectName, names: tuple[str, ...], place: Place) -> _Compiled:
    return kind(text, dialect=dialect, names=names, place=place)


def _scope(variables: Inputs) -> Mapping[str, object]:
    scope = from_python(named_values(variables))
    assert isinstance(scope, dict)
    return scope


def _dialect(name: str) -> Dialect:
    if name not in DIALECTS:
        raise UsageError(f"there is no dialect `{name}`; it is `dmn` or `camunda`")
    return DIALECTS[name]


@cache
def _known_builtins(dialect: Dialect) -> KnownNames:
    """Those of the standard are read in any dialect: calling one that is missing is null, not an error."""
    return KnownNames({*STANDARD, *builtins_of(dialect)})
