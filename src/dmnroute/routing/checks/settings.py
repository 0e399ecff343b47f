"""Settings of budgets, SLOs, breakers and guards that do nothing: seen beside the agents that a process has loaded.

Warnings, because another process may have the agents that are missing here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from dmnroute.dmn.checks import Finding
from dmnroute.errors import Place, did_you_mean
from dmnroute.routing.amounts import MEASURES, Measure, told
from dmnroute.routing.breaker_rules import DEFAULT, BreakerRules
from dmnroute.routing.budgets import EACH, Budget
from dmnroute.routing.records.run import Guards, Limits
from dmnroute.routing.slo import Slo

LONGER = ("hour", "day", "month", None)
"""Periods, each longer than the one before; null is for ever."""


def budget_findings(budgets: Sequence[Budget], agents: Collection[str]) -> Iterator[Finding]:
    """Report budgets of agents that nobody has loaded, and limits that a longer period's limit comes before."""
    for number, budget in enumerate(budgets, start=1):
        place = Place(f"settings, `[[budgets]]` entry {number}")
        if budget.agent not in (None, EACH, *agents) and agents:
            yield _unknown(str(budget.agent), agents, "the budget limits nothing", place)
        for measure in MEASURES:
            if (longer := _smaller_for_longer(budget, budgets, measure)) is not None:
                yield _never_reached(budget, longer, measure, place)


def slo_findings(slos: Sequence[Slo], limits: Limits) -> Iterator[Finding]:
    """Report SLOs that another entry comes before, and those that aren't breached before the run is ended."""
    said: set[tuple[str | None, str | None]] = set()
    for number, slo in enumerate(slos, start=1):
        place = Place(f"settings, `[[slos]]` entry {number}")
        if (slo.policy, slo.tenant) in said:
            yield Finding("slo_unused", "warning", f"an entry before is of {slo} too, and it holds", place)
        said.add((slo.policy, slo.tenant))
        if limits.time is not None and slo.seconds >= limits.time:
            ended = f"runs are ended after {limits.time.normalize():f} s"
            message = f"the SLO of {slo} ({slo.seconds.normalize():f} s) is never breached: {ended}"
            yield Finding("slo_never_breached", "warning", message, place)


def breaker_findings(rules: BreakerRules, agents: Collection[str]) -> Iterator[Finding]:
    """Report sections of agents that nobody has loaded."""
    for name in rules.unknown(agents):
        place = Place(f"settings, `[breakers.{name}]`")
        yield _unknown(name, [*agents, DEFAULT], "the section does nothing", place)


def guard_findings(guards: Guards, agents: Collection[str]) -> Iterator[Finding]:
    """Report guards of every run that nobody has loaded: the first run will stop at them."""
    for slot in ("before", "after") if agents else ():
        for name in getattr(guards, slot):
            if name not in agents:
                yield _unknown(name, agents, "every run stops at this guard", Place(f"settings, `[guards]` {slot}"))


def _smaller_for_longer(budget: Budget, budgets: Sequence[Budget], measure: Measure) -> Budget | None:
    limit = budget.of(measure)
    if limit is None:
        return None
    longer = LONGER[LONGER.index(budget.period) + 1 :]
    same = [each for each in budgets if (each.tenant, each.agent) == (budget.tenant, budget.agent)]
    limits = [(each, each.of(measure)) for each in same if each.period in longer]
    return next((each for each, other in limits if other is not None and other < limit), None)


def _never_reached(budget: Budget, longer: Budget, measure: Measure, place: Place) -> Finding:
    limit, other = (told(measure, each.of(measure) or Decimal(0)) for each in (budget, longer))
    message = f"the budget of {budget} ({limit}) is never reached: that of {longer} is {other}"
    return Finding("budget_never_reached", "warning", message, place)


def _unknown(name: str, agents: Collection[str], what: str, place: Place) -> Finding:
    message = f"{what}: no agent `{name}` is loaded here{did_you_mean(name, agents)}"
    return Finding("unknown_agent", "warning", message, place)
