"""Which steps of a plan the breakers before them let through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import ceil

from dmnroute.routing.breaker_rules import BreakerRule, BreakerRules, is_target
from dmnroute.routing.breakers import (
    BREAKER_OPEN,
    Breaker,
    Probe,
    has_room,
    state_at,
    wait_of,
    with_call,
    with_probe,
    with_rule,
)
from dmnroute.routing.outcomes import unsent
from dmnroute.routing.records.step import Outcome, PlannedStep

PROBE_TAKEN = "probe_taken"
"""The code of a write whose probe was taken by somebody else: deciding once more finds out what follows."""

RETRY_AFTER = "retry_after"
"""The metric of a refused step: seconds until the next probe may go."""


@dataclass(frozen=True, slots=True)
class TakenProbe:
    """A probe of a breaker that a decision takes."""

    breaker: str
    probe: Probe


@dataclass(frozen=True, slots=True)
class BreakerWrite:
    """What a decision changes of breakers. Where a probe was taken by somebody else, nothing of the hop is written."""

    rules: Mapping[str, BreakerRule | None] = field(default_factory=dict)
    """The rules that aren't kept yet, or have changed."""
    probes: Sequence[TakenProbe] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """What breakers say to the steps of a plan."""

    refused: tuple[Outcome, ...] = ()
    """The outcomes of steps that nobody is sent."""
    write: BreakerWrite = field(default_factory=BreakerWrite)


def agent_of(step_type: str) -> str | None:
    """The agent that does steps of a type; null for child runs, processes and people."""
    return step_type.removeprefix("agent.") if step_type.startswith("agent.") else None


def breakers_of(step_type: str, target: str | None) -> tuple[str, ...]:
    """The names of the breakers before a step: its agent's, and its target's."""
    agent = agent_of(step_type)
    return tuple(name for name in (agent, target) if name is not None) if agent is not None else ()


def names_asked(steps: Iterable[PlannedStep], rules: BreakerRules) -> frozenset[str]:
    """The breakers that a gate has to know."""
    before = frozenset(name for step in steps for name in breakers_of(step.type, step.target))
    return before.union(rules.targets()) if before else before


def gate(
    steps: Sequence[PlannedStep],
    kept: Mapping[str, Breaker],
    rules: BreakerRules,
    *,
    arrived: Iterable[tuple[PlannedStep, Outcome]] = (),
    now: datetime,
) -> Gate:
    """Let through, let try, or refuse each step, in their order.

    `kept` are the breakers that a store has; the outcomes that `arrived` are counted before anything else.
    """
    counted = _counted(kept, arrived, now)
    found = _under_rules(names_asked(steps, rules), counted, rules, now)
    refused, probes = list[Outcome](), list[TakenProbe]()
    for step in steps:
        before = [found[name] for name in breakers_of(step.type, step.target) if name in found]
        refusing = next((breaker for breaker in before if _refuses(breaker, now)), None)
        if refusing is not None:
            refused.append(_refusal(step, refusing, now))
            continue
        for breaker in before:
            if state_at(breaker, now) == "half-open":
                assert step.deadline is not None
                probe = Probe(step=step.id, until=step.deadline)
                found[breaker.name] = with_probe(breaker, probe, at=now) or breaker
                probes.append(TakenProbe(breaker.name, probe))
    return Gate(tuple(refused), BreakerWrite(_changed(found, kept), tuple(probes)))


def _counted(
    kept: Mapping[str, Breaker], arrived: Iterable[tuple[PlannedStep, Outcome]], now: datetime
) -> dict[str, Breaker]:
    counted = dict(kept)
    for step, outcome in arrived:
        agent, *targets = breakers_of(step.type, outcome.target or step.target) or ("",)
        for name in (agent, *targets):
            if name in counted:
                counted[name] = with_call(counted[name], outcome, agent=agent, at=now)
    return counted


def _under_rules(
    names: Iterable[str], kept: Mapping[str, Breaker], rules: BreakerRules, now: datetime
) -> dict[str, Breaker]:
    """The breakers that somebody watches, or switched by hand, as the rules of this process want them."""
    found = dict[str, Breaker]()
    for name in sorted(names):
        rule = rules.of(name)
        if name in kept or rule is not None:
            known = kept.get(name) or Breaker(name=name)
            found[name] = known if known.rule == rule else with_rule(known, rule, at=now)
    return found


def _changed(found: Mapping[str, Breaker], kept: Mapping[str, Breaker]) -> dict[str, BreakerRule | None]:
    return {
        name: breaker.rule for name, breaker in found.items() if name not in kept or kept[name].rule != breaker.rule
    }


def _refuses(breaker: Breaker, now: datetime) -> bool:
    state = state_at(breaker, now)
    return state == "open" or (state == "half-open" and not has_room(breaker, now))


def _refusal(step: PlannedStep, breaker: Breaker, now: datetime) -> Outcome:
    wait = wait_of(breaker, now)
    outcome = unsent(step, BREAKER_OPEN, _message(breaker, wait, now), retryable=True)
    metrics = {} if wait is None else {RETRY_AFTER: wait}
    return outcome.model_copy(update={"target": step.target, "metrics": metrics})


def _message(breaker: Breaker, wait: Decimal | None, now: datetime) -> str:
    what = f"the breaker of {'target' if is_target(breaker.name) else 'agent'} `{breaker.name}` is"
    if wait is None:
        why = f" ({breaker.why})" if breaker.why else ""
        return f"{what} open until somebody closes it{why}"
    if state_at(breaker, now) == "half-open":
        return f"{what} half-open, and its probes are under way; one ends within {ceil(wait)} s"
    return f"{what} open; the next probe may go in {ceil(wait)} s"
