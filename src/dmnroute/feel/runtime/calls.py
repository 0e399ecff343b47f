"""Invocations of functions that are values, and functions that expressions define."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dmnroute.errors import did_you_mean
from dmnroute.feel.builtins.registry import Builtin
from dmnroute.feel.notices import NoticeKind, Site
from dmnroute.feel.runtime.types import conformed
from dmnroute.feel.values.function import Function
from dmnroute.feel.values.kinds import a_type_name

if TYPE_CHECKING:
    from dmnroute.feel.ast import TypeNode
    from dmnroute.feel.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class UnknownFunction:
    """What is invoked where nothing has that name."""

    name: str
    known: Iterable[str] = ()
    """What could be meant."""


def invoke(function: object, arguments: tuple[object, ...], evaluation: Evaluation, site: Site) -> object:
    """`function(a, b)`"""
    if (builtin := _builtin(function)) is not None:
        return builtin.call(arguments, evaluation, site)
    if not isinstance(function, Function):
        return _no_function(function, evaluation, site)
    count = len(function.parameters)
    if len(arguments) != count:
        message = f"{_called(function)} takes {count} argument{'' if count == 1 else 's'}, not {len(arguments)}"
        return evaluation.null(NoticeKind.INVALID_ARGUMENT, message, site, *arguments)
    return _run(function, dict(zip(function.parameters, arguments, strict=True)), evaluation, site)


def invoke_named(function: object, arguments: Mapping[str, object], evaluation: Evaluation, site: Site) -> object:
    """`function(x: a, y: b)`; parameters that are left out are null"""
    if (builtin := _builtin(function)) is not None:
        return builtin.call_named(arguments, evaluation, site)
    if not isinstance(function, Function):
        return _no_function(function, evaluation, site)
    for name in arguments:
        if name not in function.parameters:
            message = f"{_called(function)} has no parameter `{name}`{did_you_mean(name, function.parameters)}"
            return evaluation.null(NoticeKind.INVALID_ARGUMENT, message, site)
    values = {name: arguments.get(name) for name in function.parameters}
    return _run(function, values, evaluation, site)


def _builtin(function: object) -> Builtin | None:
    """The builtin that is invoked, also where it was passed on as a value."""
    if type(function) is Builtin:
        return function
    return function.builtin if type(function) is Function else None


def _run(function: Function, values: Mapping[str, object], evaluation: Evaluation, site: Site) -> object:
    evaluation.enter(site)
    try:
        return function.body(values, evaluation)
    finally:
        evaluation.leave()


def _called(function: Function) -> str:
    return f"`{function.name}`" if function.name else "the function"


def _no_function(value: object, evaluation: Evaluation, site: Site) -> Any:
    if isinstance(value, UnknownFunction):
        message = f"no function is called `{value.name}`{did_you_mean(value.name, value.known)}"
        return evaluation.null(NoticeKind.UNKNOWN_FUNCTION, message, site)
    kind = NoticeKind.NULL_OPERAND if value is None else NoticeKind.TYPE_MISMATCH
    return evaluation.null(kind, f"{a_type_name(value)} can't be invoked", site, value)


def function_value(
    parameters: tuple[str, ...],
    types: tuple[TypeNode | None, ...],
    run: Callable[..., object],
    site: Site,
) -> Function:
    """`function(a: number, b) …`; `run` takes the evaluation and a value for each parameter."""
    typed = any(types)

    def body(values: Mapping[str, object], evaluation: Evaluation) -> object:
        arguments = [values.get(name) for name in parameters]
        if typed:
            for position, type_node in enumerate(types):
                if type_node is None:
                    continue
                fits, arguments[position] = conformed(arguments[position], type_node, evaluation)
                if not fits:
                    return _wrong_type(parameters[position], values, evaluation, site)
        return run(evaluation, *arguments)

    return Function("", parameters, body)


def _wrong_type(name: str, values: Mapping[str, object], evaluation: Evaluation, site: Site) -> Any:
    message = f"the parameter `{name}` doesn't take {a_type_name(values.get(name))}"
    return evaluation.null(NoticeKind.TYPE_MISMATCH, message, site, values.get(name))
