"""Agents ask before they spend, and say what calls of models have cost."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from dmnroute import AgentError, BudgetRefused
from dmnroute.testing import step_for

DOLLAR = Decimal(1)


async def test_without_a_store_a_step_may_spend_its_own_limit() -> None:
    """What is granted counts, and what isn't allowed says how much is left."""
    step = step_for("ask", max_cost=DOLLAR)
    await step.spend(Decimal("0.6"))
    with pytest.raises(BudgetRefused) as raised:
        await step.spend(Decimal("0.5"))
    assert (raised.value.kind, raised.value.retryable) == ("budget", False)
    assert raised.value.message == "the step may cost 1 USD; 0.6 USD are used, and 0.5 USD more would be needed"
    assert step.billed(None, ok=True) == Decimal("0.6")


async def test_calls_at_the_same_time_never_overspend() -> None:
    """Five ask for a quarter each: four get it."""
    step = step_for("ask", max_cost=DOLLAR)
    answers = await asyncio.gather(*(step.spend(Decimal("0.25")) for _ in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(BudgetRefused) == 1
    assert step.granted.cost == DOLLAR


def test_a_synchronous_agent_asks_from_its_thread() -> None:
    """The same answers."""
    step = step_for("ask", max_cost=DOLLAR)
    step.spend_in_thread(DOLLAR)
    with pytest.raises(BudgetRefused):
        step.spend_in_thread(Decimal("0.01"))


async def test_a_model_is_priced_by_its_tokens() -> None:
    """Calls add up; what is reported replaces what was granted."""
    step = step_for("ask")
    await step.spend(model="gpt-4o", input_tokens=1000, output_tokens=100)
    assert (step.granted.cost, step.granted.tokens) == (Decimal("0.0035"), 1100)
    step.report_model("gpt-4o", input_tokens=1000, output_tokens=100)
    step.report_model("gpt-4o", input_tokens=1000, output_tokens=100)
    assert (step.billed(None, ok=True), step.tokens_used) == (Decimal("0.0070"), 2200)


async def test_a_model_without_a_price_has_an_unknown_cost() -> None:
    """Null, not zero: even beside what is known."""
    step = step_for("ask")
    step.report(cost=0.5)
    step.report_model("nonesuch-1", input_tokens=10, output_tokens=5)
    assert (step.billed(DOLLAR, ok=True), step.tokens_used) == (None, 15)


def test_what_an_agent_declares_counts_when_it_says_nothing() -> None:
    """A call that failed costs nothing then; one that declares nothing is unknown."""
    step = step_for("ask")
    assert [step.billed(DOLLAR, ok=True), step.billed(DOLLAR, ok=False), step.billed(None, ok=True)] == [
        DOLLAR,
        0,
        None,
    ]


async def test_an_amount_or_a_model_is_named() -> None:
    """Neither both nor none, and nothing below 0."""
    step = step_for("ask")
    with pytest.raises(AgentError, match="`spend` takes an amount in USD, or a `model` with its tokens"):
        await step.spend()
    with pytest.raises(AgentError, match="reported `cost` must be at least 0, not -1"):
        await step.spend(Decimal(-1))
