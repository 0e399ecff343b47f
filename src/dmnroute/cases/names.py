"""The names that a case gives to a decision: one that no table can read would make the case say something else."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from dmnroute.dmn import Model
from dmnroute.dmn.model import InputData
from dmnroute.errors import TableError, did_you_mean
from dmnroute.routing.context import RoutingContext


def check_names(given: Mapping[str, Any], model: Model) -> None:
    """Whether a route's inputs are named as in the routing context, or as the file's own inputs.

    Raises:
        TableError: `unknown_input`, as in ``unknown input `last.statu`; did you mean `last.status`?``
    """
    own = {element.name for element in model.definitions.elements if isinstance(element, InputData)}
    for path, known in _unknown({name: value for name, value in given.items() if name not in own}, RoutingContext, ""):
        names = known if "." in path else [*known, *own]
        raise TableError(f"unknown input `{path}`{did_you_mean(path, names)}", code="unknown_input")


def _unknown(given: Any, expected: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    """Paths that aren't there, with those that are beside them; what has no declared names may have any."""
    if isinstance(given, list):
        inner = next(iter(get_args(expected)), None) if get_origin(expected) is list else None
        for value in given:
            yield from _unknown(value, inner, path)
    if not isinstance(given, dict):
        return
    kind = _model_in(expected)
    if kind is not None:
        known = [f"{path}{name}" for name in kind.model_fields]
        for name, value in given.items():
            if f"{path}{name}" not in known:
                yield f"{path}{name}", known
            else:
                yield from _unknown(value, kind.model_fields[name].annotation, f"{path}{name}.")
    elif get_origin(expected) is dict:
        for name, value in given.items():
            yield from _unknown(value, get_args(expected)[1], f"{path}{name}.")


def _model_in(expected: Any) -> type[BaseModel] | None:
    """The model that a type is, or is when it isn't null."""
    options = get_args(expected) if get_origin(expected) in (Union, types.UnionType) else (expected,)
    models = [option for option in options if isinstance(option, type) and issubclass(option, BaseModel)]
    return models[0] if len(models) == 1 else None
