"""Settings of budgets, breakers and guards that do nothing are told, with their place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dmnroute.routing.breaker_rules import BreakerRule, BreakerRules
from dmnroute.routing.budgets import Budget
from dmnroute.routing.checks.settings import breaker_findings, budget_findings, guard_findings, slo_findings
from dmnroute.routing.records.run import Guards, Limits
from dmnroute.routing.slo import Slo

AGENTS = ("judge", "read_text")


def budget(**given: Any) -> Budget:
    return Budget(**{"cost": Decimal(1)} | given)


def test_a_budget_of_an_unknown_agent_limits_nothing() -> None:
    """The entry is counted from 1, and what is near is named."""
    found = budget_findings([budget(agent="*"), budget(agent="jugde")], AGENTS)
    assert [str(finding) for finding in found] == [
        "warning: the budget limits nothing: no agent `jugde` is loaded here; did you mean `judge`?\n"
        "settings, `[[budgets]]` entry 2"
    ]


def test_an_slo_that_does_nothing_is_told() -> None:
    """Of two for the same runs the first one holds; a run that is ended before it has no breach."""
    slos = [
        Slo(seconds=Decimal(60), policy="intake"),
        Slo(seconds=Decimal(900)),
        Slo(seconds=Decimal(9), policy="intake"),
    ]
    found = slo_findings(slos, Limits(time=Decimal(600)))
    assert [str(finding) for finding in found] == [
        "warning: the SLO of all runs (900 s) is never breached: runs are ended after 600 s\n"
        "settings, `[[slos]]` entry 2",
        "warning: an entry before is of policy `intake` too, and it holds\nsettings, `[[slos]]` entry 3",
    ]
    assert str(Slo(seconds=Decimal(1), policy="intake", tenant="acme")) == "policy `intake`, tenant `acme`"
    assert list(slo_findings(slos[:2], Limits())) == []


def test_without_agents_nothing_is_said_of_them() -> None:
    """A process that only routes has none."""
    assert list(budget_findings([budget(agent="judge")], ())) == []
    assert list(guard_findings(Guards(before=("guard",)), ())) == []


def test_a_limit_behind_a_smaller_one_is_never_reached() -> None:
    """A day of more than its month; other tenants and agents are other budgets."""
    budgets = [
        budget(tenant="acme", period="day", cost=Decimal(50), calls=9),
        budget(tenant="acme", period="month", cost=Decimal(20), calls=100),
        budget(tenant="zoo", cost=Decimal(1)),
    ]
    assert [str(finding) for finding in budget_findings(budgets, AGENTS)] == [
        "warning: the budget of tenant `acme`, day (50 USD) is never reached: that of tenant `acme`, month is 20 USD\n"
        "settings, `[[budgets]]` entry 1"
    ]


def test_a_section_of_an_unknown_agent_does_nothing() -> None:
    """`default` and targets are no agents."""
    rule = BreakerRule()
    rules = BreakerRules({"default": rule, "openai/gpt-4o": rule, "judge": rule, "deflaut": rule})
    assert [str(finding) for finding in breaker_findings(rules, AGENTS)] == [
        "warning: the section does nothing: no agent `deflaut` is loaded here; did you mean `default`?\n"
        "settings, `[breakers.deflaut]`"
    ]


def test_every_run_stops_at_an_unknown_guard() -> None:
    """Wherever it stands."""
    found = guard_findings(Guards(before=("judge",), after=("red_text",)), AGENTS)
    assert [str(finding) for finding in found] == [
        "warning: every run stops at this guard: no agent `red_text` is loaded here; did you mean `read_text`?\n"
        "settings, `[guards]` after"
    ]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "all runs"),
        ({"tenant": "acme"}, "tenant `acme`"),
        ({"tenant": "*", "agent": "judge", "period": "hour"}, "tenant `*`, agent `judge`, hour"),
    ],
)
def test_a_budget_says_whose_it_is(given: dict[str, Any], text: str) -> None:
    """As settings name it."""
    assert str(budget(**given)) == text
