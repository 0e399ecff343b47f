"""Declare a function as an agent."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Generic, ParamSpec, TypeGuard, TypeVar, get_type_hints

from pydantic import BaseModel

from dmnroute.agents.step import Step
from dmnroute.agents.target import target_of
from dmnroute.errors import AgentError
from dmnroute.routing.records.step import PEOPLE
from dmnroute.routing.targets import Target

P = ParamSpec("P")
R = TypeVar("R")

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
"""Agent names are FEEL identifiers, so that tables can write `steps.read_text.confidence`."""

_WORDS = "null true false if then else for in return some every satisfies and or between instance function external"
FEEL_WORDS = frozenset(_WORDS.split())
"""Words that can't stand after `steps.` in a table: named here, for agents needn't load FEEL to be declared."""


@dataclass(frozen=True)
class Agent(Generic[P, R]):
    """A function with its contract: what it takes, what it gives, what it costs, how long it may take.

    Calling the agent calls the function.
    """

    name: str
    function: Callable[P, R]
    input_type: type[BaseModel]
    output_type: type[BaseModel]
    takes_step: bool
    cost: Decimal | None
    """Estimated cost of one call in USD; reserved before dispatch, and counted when the agent reports none.

    Null when it isn't declared: then nobody knows. What is free says 0."""
    timeout: Decimal
    """Seconds, the time in the queue included, when the table sets none."""
    requires: tuple[str, ...]
    version: str
    target: Target | None = None
    """What stands behind it, where it says so."""
    errors: tuple[str, ...] = ()
    """The kinds of its failures, beside those that every agent may have."""
    side_effects: bool = False
    """Whether it changes something outside: its results are never reused."""
    compensate: str | None = None
    """The agent that undoes what this one has done."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    @property
    def description(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").split("\n")[0]

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.function)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The required modules that can't be imported here; a step to such an agent fails as `unavailable`."""
        return tuple(module for module in self.requires if not _is_there(module))


def agent(
    name: str,
    *,
    cost: float | Decimal | str | None = None,
    timeout: float = 60,
    requires: tuple[str, ...] = (),
    version: str = "1",
    target: str | None = None,
    errors: tuple[str, ...] = (),
    side_effects: bool = False,
    compensate: str | None = None,
) -> Callable[[Callable[P, R]], Agent[P, R]]:
    """Declare a function as an agent; its type hints are its schema.

    The function takes one pydantic model and, if it wants to report anything, a `Step`; it returns a pydantic model.
    `target` says what stands behind it, as `vendor/model`; input fields in braces are filled in: `openai/{model}`.
    `errors` are the kinds that it raises as `AgentFailure`; checks of tables know them then.
    `compensate` names the agent that undoes what this one has done, when its run is cancelled.

    Raises:
        AgentError: the name isn't a FEEL identifier, cost or timeout make no sense, the type hints don't say what
            goes in and out, or the target has no `vendor/model` or names a field that isn't there.
    """
    _refuse_name(name)
    if compensate is not None:
        _refuse_name(compensate)
    price = None if cost is None else _amount(name, "cost", cost)
    longest = _amount(name, "timeout", timeout)
    if longest == 0:
        raise AgentError(f"agent `{name}`: `timeout` must be more than 0 seconds", code="agent_timeout")

    def declare(function: Callable[P, R]) -> Agent[P, R]:
        input_type, takes_step = _input_of(name, function)
        return Agent(
            name=name,
            function=function,
            input_type=input_type,
            output_type=_output_of(name, function),
            takes_step=takes_step,
            cost=price,
            timeout=longest,
            requires=requires,
            version=version,
            target=None if target is None else target_of(name, target, input_type),
            errors=errors,
            side_effects=side_effects or compensate is not None,
            compensate=compensate,
        )

    return declare


def _refuse_name(name: str) -> None:
    if not NAME.match(name):
        raise AgentError(
            f"agent name `{name}` is not a FEEL identifier",
            code="agent_name",
            hint=f"tables read `steps.<agent>`: use letters, digits and underscores, as in `{_identifier(name)}`",
        )
    if name == PEOPLE or name in FEEL_WORDS:
        why = "it stands for the people who answer escalations" if name == PEOPLE else "it is a word of FEEL"
        raise AgentError(
            f"agent name `{name}` is taken: {why}", code="agent_name", hint=f"choose another one, as in `{name}_agent`"
        )


def _amount(name: str, what: str, value: float | Decimal | str) -> Decimal:
    """A finite number, not negative."""
    try:
        amount = Decimal(str(value))
    except ArithmeticError:
        amount = Decimal("nan")
    if amount.is_finite() and amount >= 0:
        return amount
    raise AgentError(f"agent `{name}`: `{what}` must be a number, not negative, not `{value}`", code=f"agent_{what}")


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # a package above it isn't there, or it is half imported
        return False


def _identifier(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_") or "my_agent"


def _hints(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(function)
    except NameError as error:
        raise AgentError(
            f"agent `{name}`: type hint `{error.name}` can't be resolved",
            code="agent_schema",
            hint="types of an agent are read at run time: import them outside `if TYPE_CHECKING`",
        ) from error


def _input_of(name: str, function: Callable[..., Any]) -> tuple[type[BaseModel], bool]:
    hints = _hints(name, function)
    first, *others = [hints.get(parameter) for parameter in inspect.signature(function).parameters] or [None]
    if _is_model(first) and others in ([], [Step]):
        return first, others == [Step]
    raise AgentError(
        f"agent `{name}` must take one pydantic model and optionally a `Step`",
        code="agent_schema",
        hint=f"write `def {function.__name__}(order: Order, step: Step) -> Answer:`",
    )


def _output_of(name: str, function: Callable[..., Any]) -> type[BaseModel]:
    output = _hints(name, function).get("return")
    if _is_model(output):
        return output
    raise AgentError(
        f"agent `{name}` must say that it returns a pydantic model",
        code="agent_schema",
        hint="the fields of the output become facts that tables can read",
    )


def _is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
