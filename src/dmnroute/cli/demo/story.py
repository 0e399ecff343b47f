"""Tell a run's history as events: where a document went, and because of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dmnroute.cli.demo.events import EndKind, EndTold, Event, HopTold, Paid
from dmnroute.cli.demo.texts import one_line
from dmnroute.router.turn import Turn
from dmnroute.routing.history import History, Hop
from dmnroute.routing.outcomes import known_cost
from dmnroute.routing.policy import ROUTE
from dmnroute.routing.progress import awaited_signals
from dmnroute.routing.records.hop import DecisionRecord, Plan
from dmnroute.routing.records.run import RunStatus

LIMIT_WORDS: Mapping[str, str] = {
    "hops": "limit of hops",
    "cost": "limit of cost",
    "time": "limit of time",
    "no_progress": "no progress",
}


_AT_REST: Mapping[RunStatus, EndKind] = {
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "escalated": "escalated",
    "stopped": "stopped",
}


@dataclass(slots=True)
class _Told:
    """What was told of a run already."""

    hops: int = 0
    paid: int = 0
    ended: bool = False


@dataclass(slots=True)
class Narrator:
    """Turns into events; each hop, cost and end is told once, however often a run is looked at."""

    documents: Mapping[str, str]
    """Run id → name of the document."""
    route: str = ROUTE
    _told: dict[str, _Told] = field(default_factory=dict, init=False)

    def tell(self, run: str, turn: Turn, *, at: float, earlier: bool = False) -> Iterator[Event]:
        """The events that this turn brings: usually one hop."""
        if run not in self.documents:  # a child run shows as the step of its parent
            return
        told = self._told.setdefault(run, _Told())
        for number in range(told.hops + 1, len(turn.history.hops) + 1):
            told.ended = False
            yield self._hop(turn.history, number, told, at=at, earlier=earlier)
        if turn.ended or turn.stop or turn.status == "escalated":
            yield from self._end(turn, told, at=at, earlier=earlier)

    def elsewhere(self, run: str, *, at: float) -> EndTold:
        """A run that another process drives."""
        return EndTold(at, run, self.documents[run], "elsewhere", "goes on in another process")

    def has_ended(self, run: str) -> bool:
        """Whether it was told how the run came to rest."""
        return run in self._told and self._told[run].ended

    def _hop(self, history: History, number: int, told: _Told, *, at: float, earlier: bool) -> HopTold:
        decision = history.hops[number - 1].decision
        before = history.hops[number - 2] if number > 1 else None
        paid = _paid(before, self.route) if before is not None and told.paid < number - 1 else ()
        told.hops, told.paid = number, number - 1
        return HopTold(
            at=at,
            run=history.run.id,
            document=self.documents[history.run.id],
            hop=number,
            version=decision.version,
            action=decision.plan.action,
            to=destination(decision.plan),
            agents=tuple(step.agent for step in decision.plan.steps),
            rules=rules_of(decision, self.route),
            because=because(decision, self.route),
            confidence=_confidence(before),
            cost=_spent(history.hops[: number - 1]),
            paid=paid,
            earlier=earlier,
        )

    def _end(self, turn: Turn, told: _Told, *, at: float, earlier: bool) -> Iterator[EndTold]:
        if told.ended:
            return
        last, number = turn.history.last, len(turn.history.hops)
        paid = _paid(last, self.route) if last is not None and told.paid < number else ()
        told.paid, told.ended = number, True
        yield EndTold(
            at=at,
            run=turn.history.run.id,
            document=self.documents[turn.history.run.id],
            kind=_AT_REST[turn.status],
            words=f"stopped: {turn.stop.code}" if turn.stop else end_words(turn.status, last),
            error=turn.stop.message if turn.stop else "",
            cost=turn.history.spent(),
            paid=paid,
            earlier=earlier,
        )


def destination(plan: Plan) -> str:
    """Where a plan sends a run, in words; an agent that gets several steps is named once."""
    match plan.action:
        case "dispatch":
            counts = Counter(step.agent for step in plan.steps)
            return ", ".join(f"{agent} ×{n}" if n > 1 else agent for agent, n in counts.items()) or "no step"
        case "wait":
            names = " or ".join(awaited_signals(plan))
            return f"wait for {names}" if names else f"wait {plan.wait:f} s"
        case "escalate":
            return f"escalated to {plan.group}" if plan.group else "escalated"
        case "complete":
            return _ended("completed", plan)
        case "fail":
            return _ended("failed", plan)
        case "cancel":
            return "cancelled"


def end_words(status: RunStatus, last: Hop | None) -> str:
    """How a run came to rest: `completed: accepted`, `escalated to document-desk`."""
    if status in ("completed", "failed", "escalated") and last is not None:
        return destination(last.decision.plan)
    return status


def _ended(word: str, plan: Plan) -> str:
    """A result that says what became of the document under `status` says so."""
    status = plan.result.get("status") if isinstance(plan.result, dict) else None
    return f"{word}: {one_line(status)}" if isinstance(status, str) else word


def because(decision: DecisionRecord, route: str = ROUTE) -> str:
    """The reason that the table computed, else the words beside the rule that matched."""
    if decision.plan.reason:
        return one_line(decision.plan.reason)
    if decision.limit is not None:
        return LIMIT_WORDS[decision.limit]
    notes = (hit.annotation for hit in decision.rules if hit.decision == route)
    return one_line(next((note for note in notes if note), ""))


def rules_of(decision: DecisionRecord, route: str = ROUTE) -> tuple[int, ...]:
    """The rules of the route that matched, unless a hard limit overrode them."""
    if decision.limit is not None:
        return ()
    return tuple(hit.rule for hit in decision.rules if hit.decision == route)


def _confidence(hop: Hop | None) -> Decimal | None:
    outcomes = hop.ordered() if hop else ()
    return min((o.confidence for o in outcomes if o.status == "ok" and o.confidence is not None), default=None)


def _spent(hops: tuple[Hop, ...]) -> Decimal:
    return known_cost(outcome for hop in hops for outcome in hop.ordered())


def _paid(hop: Hop | None, route: str) -> Paid:
    """What each rule's steps came to cost. Rules that dispatched together share equally, unless each has one step."""
    if hop is None or not hop.outcomes:
        return ()
    rules = rules_of(hop.decision, route)
    outcomes = [hop.outcomes.get(step.id) for step in hop.decision.plan.steps]
    costs = [known_cost([outcome] if outcome else []) for outcome in outcomes]
    if len(rules) == len(costs):
        return tuple(zip(rules, costs, strict=True))
    return tuple((rule, sum(costs, Decimal(0)) / len(rules)) for rule in rules)
