"""How a builtin is declared, and how it is called.

A builtin is a plain function of FEEL values, declared by its signature in the words of the standard:

    @builtin("substring(string: string, start position: number, length?: number)")
    def substring(string, start, length=None): ...

The signature gives the names for named calls and the types that arguments must have; `?` marks an optional
parameter, `…` one that takes all further arguments as a list. A function that has no answer raises NoValue.
Several functions may carry one name; the first whose signature fits is called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import TYPE_CHECKING, TypeVar

from dmnroute.errors import did_you_mean
from dmnroute.feel.evaluation import failed
from dmnroute.feel.notices import Fails, NoticeKind, NoValue, Site
from dmnroute.feel.runtime.equality import STANDARD, Comparing
from dmnroute.feel.values.date_time import Date, DateTime, Time
from dmnroute.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from dmnroute.feel.values.function import Function
from dmnroute.feel.values.kinds import type_name
from dmnroute.feel.values.range import Range
from dmnroute.source import Span

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation

_NO_SPAN = Span(0, 0)
_SIZED = frozenset((list, str, dict))

_TYPES: dict[str, tuple[type, ...]] = {
    "Any": (),
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "date": (Date,),
    "time": (Time,),
    "date and time": (DateTime,),
    "days and time duration": (DaysTimeDuration,),
    "duration": (DaysTimeDuration, YearsMonthsDuration),
    "list": (list,),
    "context": (dict,),
    "function": (Function,),
    "range": (Range,),
    "point": (Decimal, str, Date, Time, DateTime, DaysTimeDuration, YearsMonthsDuration),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a builtin."""

    name: str
    types: tuple[type, ...]
    """Types of the values that it takes; empty for any, null included."""
    nullable: bool
    optional: bool
    variadic: bool


@dataclass(frozen=True, slots=True)
class Overload:
    """One signature of a builtin, and the function behind it."""

    parameters: tuple[Parameter, ...]
    function: Callable[..., object]
    takes_evaluation: bool
    compares: bool
    signature: str

    @property
    def required(self) -> int:
        """How many arguments it needs at least."""
        return sum(not parameter.optional and not parameter.variadic for parameter in self.parameters)

    @property
    def is_variadic(self) -> bool:
        """Whether it takes any number of arguments."""
        return any(parameter.variadic for parameter in self.parameters)

    def begins_with(self, names: Iterable[str]) -> bool:
        """Tell whether these are its first parameters, in this order."""
        return all(parameter.name == name for parameter, name in zip(self.parameters, names, strict=False))


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    """A function of the standard, or one that Camunda adds."""

    name: str
    overloads: tuple[Overload, ...]
    converts: bool = True
    """A list of one item counts as its item, and an item as a list, where that is what fits (10.3.2.9.4)."""
    by: Comparing = STANDARD
    """How it compares values."""

    def call(self, arguments: Sequence[object], evaluation: Evaluation, site: Site) -> object:
        """Call with positional arguments."""
        for overload in self.overloads:
            values = _fitted(overload.parameters, arguments, self.converts)
            if values is not None:
                return self._run(overload, values, evaluation, site)
        return self._refused(arguments, evaluation, site)

    def call_named(self, arguments: Mapping[str, object], evaluation: Evaluation, site: Site) -> object:
        """Call with named arguments; the first signature that has all of the names and fits is taken."""
        overloads = self._nameable(arguments)
        known = {parameter.name for overload in overloads for parameter in overload.parameters}
        for name in arguments:
            if name not in known:
                message = f"`{self.name}` has no parameter `{name}`{did_you_mean(name, known)}"
                return evaluation.null(NoticeKind.INVALID_ARGUMENT, message, site)
        for overload in overloads:
            positional = _positional(overload.parameters, arguments, lists_only=self.by is not STANDARD)
            values = None if positional is None else _fitted(overload.parameters, positional, self.converts)
            if values is not None:
                return self._run(overload, values, evaluation, site)
        return self._refused(list(arguments.values()), evaluation, site)

    def _nameable(self, names: Iterable[str]) -> Sequence[Overload]:
        """The signatures, by the standard those with the names in this order first: `before(range: r, point: p)`.

        Camunda's `min(c1, …)` is another way to write the list of `min(list: …)`, and has no name of its own.
        """
        if self.by is STANDARD:
            return sorted(self.overloads, key=lambda overload: not overload.begins_with(names))
        return [each for each in self.overloads if len(self.overloads) == 1 or not each.is_variadic]

    def as_function(self) -> Function:
        """The builtin as a value, to pass it on: `sort(names, …)` takes functions."""
        parameters = tuple(parameter.name for parameter in self.overloads[0].parameters)
        site = Site(_NO_SPAN, self.name)

        def body(values: Mapping[str, object], evaluation: Evaluation) -> object:
            return self.call([values.get(name) for name in parameters], evaluation, site)

        return Function(self.name, parameters, body, builtin=self)

    def takes(self, count: int) -> bool:
        """Tell whether it can be called with so many arguments."""
        return any(
            each.required <= count and (count <= len(each.parameters) or each.is_variadic) for each in self.overloads
        )

    def _run(self, overload: Overload, values: Sequence[object], evaluation: Evaluation, site: Site) -> object:
        for value in values:
            if type(value) in _SIZED:
                evaluation.work(site, len(value))  # type: ignore[arg-type]  # these types have a length
        try:
            if overload.takes_evaluation:
                result = overload.function(evaluation, site, *values)
            elif overload.compares:
                result = overload.function(self.by, *values)
            else:
                result = overload.function(*values)
        except NoValue as reason:
            return evaluation.null(reason.kind, f"`{self.name}`: {reason.message}", site, *values)
        except Fails as reason:
            raise failed(f"`{self.name}`: {reason.message}", site) from None
        except DecimalException:
            message = f"`{self.name}` has no result within the numbers of FEEL"
            return evaluation.null(NoticeKind.OUT_OF_DOMAIN, message, site, *values)
        if type(result) is list:
            evaluation.check_size(len(result), site)
        elif type(result) is str:
            evaluation.check_characters(len(result), site)
        return result

    def _refused(self, arguments: Sequence[object], evaluation: Evaluation, site: Site) -> object:
        signatures = " or ".join(f"`{overload.signature}`" for overload in self.overloads)
        if None in arguments:
            message = f"{signatures} doesn't take null"
            return evaluation.null(NoticeKind.NULL_OPERAND, message, site, *arguments)
        given = ", ".join(type_name(argument) for argument in arguments) or "no argument"
        message = f"{signatures} doesn't take {given}"
        return evaluation.null(NoticeKind.TYPE_MISMATCH, message, site, *arguments)


def _fitted(parameters: Sequence[Parameter], arguments: Sequence[object], converts: bool) -> list[object] | None:
    """The arguments as the function takes them; null when they don't fit."""
    count = len(arguments)
    values: list[object] = []
    for position, parameter in enumerate(parameters):
        if parameter.variadic:
            return _rest(parameter, arguments[position:], values, converts)
        if position >= count:
            return values if parameter.optional else None
        value = arguments[position]
        if parameter.types and type(value) not in parameter.types:
            fits, value = _converted(parameter, value, converts)
            if not fits:
                return None
        values.append(value)
    return values if count <= len(parameters) else None


def _rest(
    parameter: Parameter, arguments: Sequence[object], values: list[object], converts: bool
) -> list[object] | None:
    """All further arguments, of which there must be one."""
    if not arguments:
        return None
    for value in arguments:
        fits, value = _converted(parameter, value, converts)
        if not fits:
            return None
        values.append(value)
    return values


def _converted(parameter: Parameter, value: object, converts: bool) -> tuple[bool, object]:
    """Whether the value fits, and as what."""
    if not parameter.types or type(value) in parameter.types:
        return True, value
    if value is None:
        return parameter.nullable, None
    if not converts:
        return False, None
    if type(value) is list and len(value) == 1 and type(value[0]) in parameter.types:
        return True, value[0]
    if parameter.types == (list,):
        return True, [value]
    return False, None


def _positional(
    parameters: Sequence[Parameter], arguments: Mapping[str, object], *, lists_only: bool
) -> list[object] | None:
    """Named arguments in the order of the parameters, left out ones null; null when one of the names is unknown.

    What a parameter takes as all further arguments may be named as a list; alone only where it needn't be one.
    """
    names = [parameter.name for parameter in parameters]
    if any(name not in names for name in arguments):
        return None
    needed = [parameter for parameter in parameters if parameter.name in arguments or not parameter.optional]
    last = parameters.index(needed[-1]) + 1 if needed else 0
    values: list[object] = []
    for parameter in parameters[:last]:
        value = arguments.get(parameter.name)
        if not parameter.variadic:
            values.append(value)
        elif isinstance(value, list):
            values.extend(value)
        elif lists_only:
            return None
        else:
            values.append(value)
    return values


F = TypeVar("F", bound=Callable[..., object])
Table = dict[str, Builtin]


class Builtins:
    """The builtins of one file."""

    def __init__(self) -> None:
        self.table: Table = {}

    def __call__(self, *signatures: str, evaluation: bool = False, compares: bool = False) -> Callable[[F], F]:
        """Declare a builtin by its signatures.

        With `evaluation` it gets the evaluation and the place first, with `compares` how the dialect compares values.
        """

        def declare(function: F) -> F:
            for signature in signatures:
                name, overload = _overload(signature, function, evaluation, compares)
                before = self.table[name].overloads if name in self.table else ()
                self.table[name] = Builtin(name, (*before, overload))
            return function

        return declare


_SIGNATURE = re.compile(r"([a-z0-9 ]+)\((.*)\)")
_PARAMETER = re.compile(r"([A-Za-z0-9 ]+)(\?)?: ([A-Za-z |]+)(…)?")


def _overload(
    signature: str, function: Callable[..., object], evaluation: bool, compares: bool
) -> tuple[str, Overload]:
    match = _SIGNATURE.fullmatch(signature)
    assert match is not None, signature
    texts = [text for text in match[2].split(", ") if text]
    return match[1], Overload(tuple(map(_parameter, texts)), function, evaluation, compares, signature)


def _parameter(text: str) -> Parameter:
    match = _PARAMETER.fullmatch(text)
    assert match is not None, text
    names = match[3].split(" | ")
    types = () if "Any" in names else tuple(kind for name in names if name != "null" for kind in _TYPES[name])
    return Parameter(match[1], types, "null" in names, bool(match[2]), bool(match[4]))
