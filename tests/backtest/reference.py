"""A backtest without any art: every hop by itself, out of the whole history of its run, by both versions in full."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from tests.support.recorded_runs import CATALOGUE, Policies

from dmnroute.backtest.answers import Answer, answer_of
from dmnroute.routing.explanation import recorded_context
from dmnroute.routing.history import History
from dmnroute.routing.policy import PolicyVersion
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.run import ENDED
from dmnroute.routing.records.step import PEOPLE

Move = tuple[tuple[int, ...], str, tuple[int, ...], str]


@dataclass
class Figures:
    """What a backtest has to find."""

    asked: int = 0
    changed_hops: set[tuple[str, int]] = field(default_factory=set)
    changed_runs: set[str] = field(default_factory=set)
    moves: Counter[Move] = field(default_factory=Counter)
    stops: Counter[str] = field(default_factory=Counter)
    hits: Counter[tuple[str, int]] = field(default_factory=Counter)
    recorded: Counter[tuple[str, int]] = field(default_factory=Counter)
    taken: dict[str, list[tuple[Decimal, Decimal, int]]] = field(default_factory=lambda: defaultdict(list))
    left: dict[str, list[tuple[Decimal, Decimal, int]]] = field(default_factory=lambda: defaultdict(list))

    def change(self, measure: int) -> tuple[Decimal, Decimal, Decimal]:
        """The expected change of a measure, and its interval."""
        change = variance = Decimal(0)
        for way, rests in self.left.items():
            took = [Decimal(rest[measure]) for rest in self.taken[way]]
            if len(took) >= 5:
                change += len(rests) * statistics.mean(took) - sum(Decimal(rest[measure]) for rest in rests)
                variance += statistics.variance(took) * (len(rests) + Decimal(len(rests)) ** 2 / len(took))
        margin = Decimal("1.959964") * variance.sqrt()
        return change, change - margin, change + margin


async def figures_of(store: Store, draft: PolicyVersion, policies: Policies) -> Figures:
    found = Figures()
    for state in await store.states(policy=draft.name):
        history = await store.history(state.run.id)
        assert history is not None
        parted = False
        for hop in history.hops:
            decision = hop.decision
            if decision.stage or decision.forced or decision.limit in ("hops", "time"):
                continue
            found.asked += 1
            before, after = _answers(history, decision, draft, await policies.version(draft.name, decision.version))
            found.hits.update((hit.decision, hit.rule) for hit in after.rules)
            found.recorded.update((hit.decision, hit.rule) for hit in before.rules)
            if after.error:
                found.stops[after.error.code] += 1
            rest = _rest(history, decision.hop)
            if state.status in ENDED:
                found.taken[before.name].append(rest)
            if before.leads_as(after):
                continue
            found.changed_hops.add((decision.run, decision.hop))
            found.changed_runs.add(decision.run)
            found.moves[before.taken("Route"), before.name, after.taken("Route"), after.name] += 1
            if not parted and state.status in ENDED and not after.error:
                found.left[after.name].append(rest)
            parted = True
    return found


def _answers(
    history: History, decision: DecisionRecord, draft: PolicyVersion, recorded: PolicyVersion
) -> tuple[Answer, Answer]:
    context = recorded_context(history, decision.hop)
    before = answer_of(recorded, context, CATALOGUE, now=decision.at)
    assert before.rules == decision.rules, "the recorded version answers as it was recorded"
    return before, answer_of(draft, context, CATALOGUE, now=decision.at)


def _rest(history: History, hop: int) -> tuple[Decimal, Decimal, int]:
    """What the run took from a hop on: USD, seconds, questions to people."""
    cost, seconds, asked = Decimal(0), Decimal(0), 0
    for later in history.hops[hop - 1 :]:
        outcomes = later.ordered()
        people = {step.id for step in later.decision.plan.steps if step.type == PEOPLE}
        cost += sum((outcome.cost or 0 for outcome in outcomes), Decimal(0))
        seconds += max((o.latency for o in outcomes if o.step not in people), default=Decimal(0))
        asked += later.decision.plan.action == "escalate"
    return cost, seconds, asked
