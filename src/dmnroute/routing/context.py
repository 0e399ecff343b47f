"""The routing context: what a decision table can read.

The models are the one source of its names: JSON Schema, documentation and the static check of tables read them.
All times are seconds, money is USD, shares are 0-1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any

from pydantic import BaseModel, ConfigDict

from dmnroute.routing.amounts import Amounts
from dmnroute.routing.arrivals import restarted, since_restart, taken
from dmnroute.routing.collecting import take_in
from dmnroute.routing.coverage import coverage_of_round
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.history import History
from dmnroute.routing.join import round_joined
from dmnroute.routing.loops import loop_of
from dmnroute.routing.outcomes import known_cost
from dmnroute.routing.people import groups_of
from dmnroute.routing.progress import status_of
from dmnroute.routing.records.hop import HopEnd, HopStatus
from dmnroute.routing.records.run import Limits
from dmnroute.routing.records.step import INVALID_ANSWER, Cut, Outcome
from dmnroute.routing.rounds import Round, decisions_of_tables, latest_round, rounds
from dmnroute.routing.slo import SloContext, slo_context
from dmnroute.routing.spending import unknown_costs, used
from dmnroute.routing.standing import BudgetContext, StandingContext, budget_of_run
from dmnroute.routing.steering import as_steered, forbidden, policy_of, set_facts, unseen
from dmnroute.routing.verdicts import WORDS, Verdict, Word


class _Context(BaseModel):
    model_config = ConfigDict(frozen=True)


class RunContext(_Context):
    """The run itself."""

    id: str
    policy: str
    tenant: str
    hop: int
    """The number of the decision that is being taken, from 1; hops between decisions (guards) don't count, nor do
    those before input restarted the run."""
    started: str
    """ISO 8601 text: tables write `date and time(run.started)`."""
    elapsed: Decimal
    input: dict[str, Any]
    cost: Decimal
    tokens: int
    tags: dict[str, str]
    forbidden: list[str]
    """The agents that people forbade this run, by name."""
    repeats: int
    """How often, in a row, the latest hops took the same way for the same facts; 0 while they are new."""


class SignalContext(_Context):
    """The signal that ended a wait."""

    name: str
    payload: Any
    at: str
    """When it came, which may be before the wait: ISO 8601 text."""


class LastContext(_Context):
    """The hop that just ended."""

    agents: list[str]
    status: HopStatus
    joined: bool | None
    """Whether the steps gave what their join asks for; null where nothing was joined."""
    outcomes: list[Outcome]
    confidence: Decimal | None
    """The lowest of the ok outcomes."""
    agreement: Decimal | None
    """Share of the ok outcomes with the most common output."""
    coverage: Decimal | None
    """The share of the branches that ended ok, those of child runs included; null where nothing was sent."""
    cost: Decimal
    latency: Decimal
    """Of the slowest step."""
    signal: SignalContext | None
    """What ended the wait; null when it wasn't a signal."""
    input: dict[str, Any] | None
    """The input that arrived since the tables decided last; null when none did."""
    cut: Cut | None
    """What ended the hop before all of it had ended by itself: `hop_timeout`, `slo`, or null."""


class TargetFigures(_Context):
    """What stands behind an agent."""

    name: str
    """`vendor/model`"""
    vendor: str
    model: str
    breaker: str
    """closed, open or half-open"""


class AgentFigures(_Context):
    """How an agent has been doing lately; null where nothing was measured."""

    paused: bool = False
    """Whether people hold what would be sent to it."""

    breaker: str | None = None
    """closed, open or half-open"""
    targets: list[TargetFigures] = []
    """Those that it has called, as far as breakers watch them."""
    queued: Decimal | None = None
    """Seconds that its latest steps waited until it began with them, on average."""
    backlog: int | None = None
    in_flight: int | None = None
    error_rate: Decimal | None = None
    latency_p95: Decimal | None = None
    cost_mean: Decimal | None = None
    confidence_mean: Decimal | None = None
    budget: StandingContext = StandingContext()


class GuardsContext(_Context):
    """What guards said since the tables decided last."""

    verdict: Word | None
    """The hardest: block, reroute, redact, observe, allow; null when no guard was asked."""
    verdicts: list[Verdict]
    """All of them, in the order in which guards were asked."""


class PeopleContext(_Context):
    """How people have been asked: a table escalates to the next group by it."""

    asked: int
    """Questions so far; one that was asked again because its answer didn't fit counts once."""
    unanswered: int
    """How many of the latest ones nobody answered; 0 after an answer."""
    groups: list[str]
    """Whom the unanswered ones were put to, in order."""
    waiting: Decimal
    """Seconds since the first of the unanswered ones."""
    refused: int
    """Answers that didn't fit their form."""


class RoutingContext(_Context):
    """Everything that a table can read."""

    run: RunContext
    facts: dict[str, Any]
    """The blackboard: the output fields of the agents, merged by name."""
    last: LastContext
    steps: dict[str, Outcome]
    """Agent name → its latest outcome."""
    guards: GuardsContext
    budget: BudgetContext
    slo: SloContext
    agents: dict[str, AgentFigures]
    signals: dict[str, Any]
    """Name → latest payload received from outside."""
    people: PeopleContext


def build_context(
    history: History,
    previous: HopEnd,
    *,
    now: datetime,
    figures: Mapping[str, Any] | None = None,
    standing: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Put the context together from what was recorded; the same history, end and clock give the same context."""
    history = as_steered(history)
    run, since = history.run, since_restart(history)
    latest = latest_round(since)
    elapsed = history.elapsed(now)
    loop = loop_of(history)
    context = RoutingContext(
        run=RunContext(
            id=run.id,
            policy=policy_of(history)[0],
            tenant=run.tenant,
            hop=decisions_of_tables(since) + 1,
            started=run.started.isoformat(),
            elapsed=elapsed,
            input=run.input,
            cost=history.spent(),
            tokens=sum(outcome.tokens for outcome in history.outcomes()),
            tags=run.tags,
            forbidden=sorted(forbidden(history)),
            repeats=loop.repeats if loop else 0,
        ),
        facts=facts_of(history),
        last=_last_context(history, latest, previous),
        steps=_steps(since),
        guards=_guards(latest),
        budget=budget_context(run.limits, used(history), standing or {}, unknown=unknown_costs(history)),
        slo=slo_context(history, now=now),
        agents={name: AgentFigures.model_validate(figure) for name, figure in (figures or {}).items()},
        signals={signal.name: signal.payload for signal in history.signals},
        people=_people(since, now=now),
    )
    return context.model_dump()


def facts_of(history: History) -> dict[str, Any]:
    """The outputs of all ok steps, merged by hop and step index, never by arrival, and what people set between hops.

    What guards stopped isn't among them, nor is what guards say. What a person sets while steps are under way stands
    until an agent of a later hop says otherwise. A run that was restarted begins without any.
    """
    facts: dict[str, Any] = {}
    begun = restarted(history)
    told = [control for control in history.controls if control.kind == "facts" and control.number > begun]
    for each in rounds(since_restart(history)):
        seen = each.hops[0].decision.controls_seen
        while told and told[0].number <= seen:
            set_facts(facts, told.pop(0).data)
        take_in(facts, each.outcomes(), each.hops[0].decision.intended.collect, history.run.merge)
    for control in told:
        set_facts(facts, control.data)
    return facts


def _steps(history: History) -> dict[str, Outcome]:
    return {outcome.agent: outcome for each in rounds(history) for outcome in each.seen()}


def _guards(latest: Round | None) -> GuardsContext:
    verdicts = list(latest.verdicts()) if latest else []
    return GuardsContext(
        verdict=max((each.verdict for each in verdicts), key=WORDS.index, default=None), verdicts=verdicts
    )


def _last_context(history: History, latest: Round | None, end: HopEnd) -> LastContext:
    outcomes = list(latest.outcomes()) if latest else []
    several = latest is not None and len(latest.hops) > 1
    ok = [outcome for outcome in outcomes if outcome.status == "ok"]
    return LastContext(
        agents=[outcome.agent for outcome in outcomes],
        status=status_of(outcomes) if several else end.status,
        joined=round_joined(latest, end) if latest else None,
        outcomes=outcomes,
        confidence=min((o.confidence for o in ok if o.confidence is not None), default=None),
        agreement=agreement([outcome.output for outcome in ok]),
        coverage=coverage_of_round(latest),
        cost=known_cost(outcomes),
        latency=max((outcome.latency for outcome in outcomes), default=Decimal(0)),
        signal=_signal_context(history, end.signal),
        input=_arrived(history),
        cut=_cut(latest, end),
    )


def _arrived(history: History) -> dict[str, Any] | None:
    """What arrived since the tables decided last, the later on top."""
    new = {control.number for control in unseen(history)}
    found = [control.data for control, _ in taken(history) if control.number in new]
    return {name: value for data in found for name, value in data.items()} if found else None


def _cut(latest: Round | None, end: HopEnd) -> Cut | None:
    if latest is None:
        return None
    plan = latest.hops[-1].decision.plan
    if plan.action == "wait":
        return plan.cut if end.status == "timeout" else None
    return next((outcome.cut for outcome in latest.outcomes() if outcome.cut), None)


def _signal_context(history: History, number: int | None) -> SignalContext | None:
    signal = next((signal for signal in history.signals if signal.number == number), None)
    if signal is None:
        return None
    return SignalContext(name=signal.name, payload=signal.payload, at=signal.at.isoformat())


def agreement(outputs: Sequence[Mapping[str, Any] | None]) -> Decimal | None:
    """The share of the most common output; null where there is none."""
    if not outputs:
        return None
    most = max(outputs.count(output) for output in outputs)
    return Decimal(most) / len(outputs)


def budget_context(limits: Limits, spent: Amounts, standing: Mapping[str, Any], *, unknown: int) -> BudgetContext:
    """How the money of a run and its other limits stand, and those of its tenant."""
    given = Amounts(cost=limits.cost, tokens=limits.tokens, calls=limits.calls, hops=limits.hops)
    own = budget_of_run(given, spent, limits.warn, unknown=unknown)
    return BudgetContext(**own, tenant=StandingContext.model_validate(standing))


def _people(history: History, *, now: datetime) -> PeopleContext:
    asked = [each for each in rounds(history) if each.hops[0].decision.plan.action == "escalate"]
    unanswered = list(takewhile(lambda each: all(o.status != "ok" for o in each.outcomes()), reversed(asked)))[::-1]
    errors = [outcome.error for outcome in history.outcomes() if outcome.error]
    return PeopleContext(
        asked=len(asked),
        unanswered=len(unanswered),
        groups=[group for each in unanswered for group in groups_of(each.hops[0].decision.plan)],
        waiting=seconds_between(unanswered[0].hops[0].decision.at, now) if unanswered else Decimal(0),
        refused=sum(error.kind == INVALID_ANSWER for error in errors),
    )
