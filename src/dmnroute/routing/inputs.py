"""Put an agent's typed input together, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dmnroute.errors import RouteError, did_you_mean
from dmnroute.routing.catalogue import AgentSpec
from dmnroute.routing.columns import RESERVED, Row, context

ITEM = "item"
"""The input field that takes an element of `for_each` that isn't a context."""
ITEMS = "items"
"""The input field that takes a batch of elements."""


def parameters(row: Row) -> dict[str, Any]:
    """The columns that fill input fields; null means unset."""
    return {name: value for name, value in row.values.items() if name not in RESERVED and value is not None}


def agent_input(
    spec: AgentSpec, row: Row, element: Mapping[str, Any], *, facts: Mapping[str, Any], run_input: Mapping[str, Any]
) -> dict[str, Any]:
    """Fill the fields of the agent's input: element, parameter columns, then `input`, then facts, then `run.input`.

    Raises:
        RouteError: `invalid_input`, when a required field has no value or the schema rejects one.
    """
    given = context(row, "input") or {}
    _refuse_unknown_fields(spec, row, given)
    sources = (element, _whole(element), parameters(row), given, facts, run_input)
    filled = {name: source[name] for source in reversed(sources) for name in spec.fields if _has(source, name)}
    _refuse_missing_fields(spec, row, filled)
    problem = spec.problem(filled) if spec.problem else None
    if problem:
        raise RouteError(
            f"the input of agent `{spec.name}` doesn't fit its schema: {problem}", code="invalid_input", place=row.place
        )
    return filled


def child_input(row: Row, element: Mapping[str, Any], *, run_input: Mapping[str, Any]) -> dict[str, Any]:
    """The input of a child run or process: the run's own input, overlaid by `input`, parameter columns and element."""
    return {**run_input, **(context(row, "input") or {}), **parameters(row), **element}


def for_each_element(value: Any) -> Mapping[str, Any]:
    """An element of `for_each` fills input fields by name when it is a context, else the field `item`."""
    return value if isinstance(value, dict) else {ITEM: value}


def _whole(element: Mapping[str, Any]) -> Mapping[str, Any]:
    """An element that is a context also fills the field `item`, where the agent has one and the element hasn't."""
    return {ITEM: element} if element and ITEM not in element and ITEMS not in element else {}


def _has(source: Mapping[str, Any], name: str) -> bool:
    return source.get(name) is not None


def _refuse_unknown_fields(spec: AgentSpec, row: Row, given: Mapping[str, Any]) -> None:
    for name in given:
        if name not in spec.fields:
            raise RouteError(
                f"agent `{spec.name}` has no input field `{name}`{did_you_mean(name, spec.fields)}",
                code="invalid_input",
                place=row.place,
                hint=f"its fields: {', '.join(sorted(spec.fields))}",
            )


def _refuse_missing_fields(spec: AgentSpec, row: Row, filled: Mapping[str, Any]) -> None:
    missing = sorted(spec.required - filled.keys())
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        raise RouteError(
            f"agent `{spec.name}` needs {names}, and nothing gives it",
            code="invalid_input",
            place=row.place,
            hint=f"looked in the columns, `input`, the facts and `run.input` for {names}",
        )
