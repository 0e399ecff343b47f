"""The handle by which a running agent talks back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dmnroute.agents.prices import price
from dmnroute.agents.purse import OwnLimit, Purse
from dmnroute.errors import AgentError
from dmnroute.routing.amounts import Amounts
from dmnroute.routing.canonical import plain
from dmnroute.routing.records.step import LONGEST_TARGET, TARGET

Progress = Callable[[str, Decimal | None], None]
"""Called on each progress report with a text and the share done (0-1) where it is known."""


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that is running here, for threads that ask it later."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@dataclass(slots=True)
class Step:
    """One call of an agent, as the agent sees it.

    ``id`` (``<run>/<hop>.<index>``) is the same at every redelivery: use it as the idempotency key of side effects.
    """

    id: str
    agent: str
    run: str = ""
    attempt: int = 1
    max_cost: Decimal | None = None
    """What this call may cost at most, in USD; null when there is no limit."""
    on_progress: Progress | None = None
    purse: Purse | None = None
    """Where `spend` asks; by default only `max_cost` limits it."""

    confidence: Decimal | None = field(default=None, init=False)
    cost: Decimal | None = field(default=None, init=False)
    tokens: int | None = field(default=None, init=False)
    metrics: dict[str, Decimal] = field(default_factory=dict, init=False)
    target: str | None = field(default=None, init=False)
    proposals: list[dict[str, Any]] = field(default_factory=list, init=False)
    granted: Amounts = field(default_factory=Amounts, init=False)
    """What `spend` was allowed."""
    unpriced: bool = field(default=False, init=False)
    """Whether a model was called whose price nobody knows."""
    _loop: asyncio.AbstractEventLoop | None = field(default_factory=_running_loop, init=False, repr=False)
    _cancelled: threading.Event = field(default_factory=threading.Event, init=False, repr=False)

    def report(
        self,
        *,
        confidence: float | Decimal | None = None,
        cost: float | Decimal | None = None,
        tokens: int | None = None,
        target: str | None = None,
        **metrics: float | Decimal,
    ) -> None:
        """Report measured figures; a later report of the same figure replaces it.

        ``confidence`` is a share (0-1), ``cost`` is in USD, everything else is a metric that tables can read.
        ``target`` is what was called behind the agent, ``vendor/model``: its breaker counts the call.

        Raises:
            AgentError: a figure isn't a finite number, or lies outside its domain; a target isn't ``vendor/model``.
        """
        if confidence is not None:
            self.confidence = _figure("confidence", confidence, highest=1)
        if cost is not None:
            self.cost = _figure("cost", cost)
        if tokens is not None:
            self.tokens = int(_figure("tokens", tokens))
        if target is not None:
            self.target = _target(target)
        for name, value in metrics.items():
            self.metrics[name] = _number(name, value)

    def report_model(self, model: str, *, input_tokens: int, output_tokens: int) -> None:
        """Report one call of a model: its tokens, and its price where it is known, are added up.

        Prices come from the extra `prices`. A model without a price makes the cost of the step unknown, not zero.

        Raises:
            AgentError: a number of tokens makes no sense.
        """
        amounts = _of_model(model, input_tokens, output_tokens)
        self.tokens = (self.tokens or 0) + (amounts.tokens or 0)
        if amounts.cost is None:
            self.unpriced = True
        else:
            self.cost = (self.cost or Decimal(0)) + amounts.cost

    async def spend(
        self,
        cost: float | Decimal | None = None,
        *,
        model: str | None = None,
        input_tokens: int = 0,
        output_tokens: int = 0,
    ) -> None:
        """Ask before a call that bills: USD, or a model with the tokens that it may take at most.

        Checked against what the step may cost, and in the store against the budgets of its run, tenant and agent.
        What was granted counts as the step's cost, until something better is reported.

        Raises:
            BudgetRefused: one of them doesn't allow it. Let it pass: the step's outcome is of kind `budget` then.
            AgentError: an amount makes no sense.
        """
        amounts = _asked(cost, model, input_tokens, output_tokens)
        if self.purse is None:
            self.purse = OwnLimit(self.max_cost)
        await self.purse.ask(amounts)
        self.granted = self.granted.plus(amounts)
        self.unpriced |= amounts.cost is None

    def spend_in_thread(
        self,
        cost: float | Decimal | None = None,
        *,
        model: str | None = None,
        input_tokens: int = 0,
        output_tokens: int = 0,
    ) -> None:
        """The same as `spend`, for synchronous agents."""
        asking = self.spend(cost, model=model, input_tokens=input_tokens, output_tokens=output_tokens)
        if self._loop is None:
            asyncio.run(asking)
        else:
            asyncio.run_coroutine_threadsafe(asking, self._loop).result()

    def billed(self, price: Decimal | None, *, ok: bool) -> Decimal | None:
        """What the call has cost in USD, as far as the agent said; `price` is what it declares. Null when unknown."""
        if self.unpriced:
            return None
        if self.cost is not None:
            return self.cost
        if self.granted.cost is not None:
            return self.granted.cost
        return price if ok else Decimal(0)

    @property
    def tokens_used(self) -> int:
        """What was reported, else what was granted."""
        return self.tokens if self.tokens is not None else self.granted.tokens or 0

    def progress(self, text: str, share: float | Decimal | None = None) -> None:
        """Tell how far long work is; also the heartbeat that keeps the step's lease."""
        if self.on_progress is not None:
            self.on_progress(text, None if share is None else _figure("share", share, highest=1))

    def propose(self, *steps: Mapping[str, Any]) -> None:
        """Suggest next steps. Only a table can turn a proposal into a step.

        Raises:
            AgentError: `bad_proposal`, when one isn't a mapping that JSON can carry.
        """
        for step in steps:
            if not isinstance(step, Mapping):
                raise AgentError(f"a proposal must be a mapping, not {type(step).__name__}", code="bad_proposal")
            try:
                self.proposals.append(plain(step))
            except ValueError as error:
                raise AgentError(f"a proposal can't be recorded: {error}", code="bad_proposal") from error

    @property
    def cancelled(self) -> bool:
        """Whether the step's result is no longer wanted: a synchronous agent should look now and then, and return."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Say that the result is no longer wanted."""
        self._cancelled.set()


def _asked(cost: float | Decimal | None, model: str | None, input_tokens: int, output_tokens: int) -> Amounts:
    if cost is not None and model is None:
        return Amounts(cost=_figure("cost", cost))
    if model is not None and cost is None:
        return _of_model(model, input_tokens, output_tokens)
    raise AgentError("`spend` takes an amount in USD, or a `model` with its tokens", code="bad_spend")


def _of_model(model: str, input_tokens: int, output_tokens: int) -> Amounts:
    given, taken = int(_figure("input_tokens", input_tokens)), int(_figure("output_tokens", output_tokens))
    return Amounts(cost=price(model, input_tokens=given, output_tokens=taken), tokens=given + taken)


def _number(name: str, value: float | Decimal) -> Decimal:
    try:
        # Numbers of numpy and the like are no floats, but become some; their own texts aren't numbers.
        number = Decimal(value) if isinstance(value, int | Decimal) else Decimal(repr(float(value)))
    except (TypeError, ValueError, OverflowError) as error:
        raise AgentError(f"reported `{name}` is not a number: {value!r}", code="bad_metric") from error
    if not number.is_finite():
        raise AgentError(f"reported `{name}` is not a finite number: {value}", code="bad_metric")
    return number


def _target(given: str) -> str:
    """Report it before the call: then it counts for the right one, also when the call fails."""
    if isinstance(given, str) and TARGET.fullmatch(given) and len(given) <= LONGEST_TARGET:
        return given
    raise AgentError(f"reported `target` must be vendor/model, not {given!r}", code="bad_target")


def _figure(name: str, value: float | Decimal, *, highest: int | None = None) -> Decimal:
    number = _number(name, value)
    if number < 0 or (highest is not None and number > highest):
        domain = "at least 0" if highest is None else f"between 0 and {highest}"
        raise AgentError(f"reported `{name}` must be {domain}, not {value}", code="bad_metric")
    return number
