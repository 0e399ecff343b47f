"""Rounds: what tables decided once, with the hops that followed from it without asking them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from dmnroute.routing.history import History, Hop
from dmnroute.routing.outcomes import known_cost
from dmnroute.routing.records.hop import Stage
from dmnroute.routing.records.step import PEOPLE, Outcome, PlannedStep
from dmnroute.routing.verdicts import Side, Verdict, after_verdict, verdict_of, withheld


@dataclass(frozen=True, slots=True)
class Round:
    """A hop that tables decided, and those that followed: guards that were asked, steps they let through."""

    hops: tuple[Hop, ...]

    @property
    def wanted(self) -> tuple[PlannedStep, ...]:
        """The steps as the tables wanted them."""
        return self.hops[0].decision.intended.steps

    @property
    def work(self) -> Hop | None:
        """The hop that sent the wanted steps or asked people, the latest of several; none while guards hold them."""
        if self.hops[0].decision.plan.action == "escalate":
            return self.hops[-1]
        if sent_again := self.at("again"):
            return sent_again[-1]
        if self.hops[0].decision.held is None:
            return self.hops[0]
        return next(iter(self.at("guarded")), None)

    def at(self, stage: Stage) -> list[Hop]:
        """The hops of a stage, in order."""
        return [hop for hop in self.hops if hop.decision.stage == stage]

    def asking(self, side: Side) -> list[Hop]:
        """The hops that asked guards: the k-th one asked the k-th guard of each step that has so many."""
        if side == "after":
            return self.at("guards_after")
        return [*([] if self.hops[0].decision.held is None else self.hops[:1]), *self.at("guards_before")]

    def verdicts(self) -> Iterator[Verdict]:
        """All verdicts, in the order in which guards were asked."""
        for side in ("before", "after"):
            for hop in self.asking(side):
                for step in hop.decision.plan.steps:
                    if step.id in hop.outcomes and step.slot is not None:
                        yield verdict_of(hop.outcomes[step.id], self.wanted[step.slot - 1], side)

    def verdicts_on(self, slot: int, side: Side) -> list[Verdict]:
        """What the guards said about one of the wanted steps, counted from 1."""
        found = (_answer(hop, slot) for hop in self.asking(side))
        return [verdict_of(outcome, self.wanted[slot - 1], side) for outcome in found if outcome is not None]

    def outcome(self, slot: int) -> Outcome | None:
        """What came of a wanted step, as tables see it: with what the guards made of it."""
        outcome = self.worked(slot)
        if outcome is None or outcome.status != "ok":
            return outcome
        guards, verdicts = self.wanted[slot - 1].after, self.verdicts_on(slot, "after")
        for verdict in verdicts:
            outcome = after_verdict(outcome, verdict)
        if outcome.status == "ok" and len(verdicts) < len(guards):
            return withheld(outcome, guards[len(verdicts)])
        return outcome

    def worked(self, slot: int) -> Outcome | None:
        """What came of a wanted step, whatever guards say of it: its latest attempt, with the cost of all."""
        attempts = [outcome for _, outcome in self._attempts(slot) if outcome is not None]
        if len(attempts) < 2:
            return attempts[0] if attempts else None
        figures = {"cost": _cost_of(attempts), "tokens": sum(outcome.tokens for outcome in attempts)}
        return attempts[-1].model_copy(update=figures)

    def sent(self, slot: int) -> tuple[PlannedStep, Outcome | None]:
        """A step as it was sent last, and what came of it; null while nothing has."""
        *_, latest = self._attempts(slot)
        return latest

    def _attempts(self, slot: int) -> Iterator[tuple[PlannedStep, Outcome | None]]:
        """A wanted step each time that it was sent, with what came of it."""
        if self.work is None:
            return
        work = self.work.decision
        first = work.plan.steps[slot - 1]
        yield first, self.work.outcome(first)
        for hop in self.at("retry"):
            if hop.decision.hop > work.hop:
                yield from ((step, hop.outcome(step)) for step in hop.decision.plan.steps if step.slot == slot)

    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes of the wanted steps, by index."""
        if self.hops[0].decision.plan.action == "escalate":
            return self.hops[-1].ordered()[:1]  # reminders say nothing of what people answered
        if len(self.hops) == 1 and self.work is not None and not any(step.after for step in self.wanted):
            return self.work.ordered()
        found = (self.outcome(slot) for slot in range(1, len(self.wanted) + 1))
        return tuple(outcome for outcome in found if outcome is not None)

    def reminded(self) -> Iterator[Outcome]:
        """The outcomes of the reminders that were sent."""
        if self.hops[0].decision.plan.action == "escalate":
            for hop in self.hops:
                yield from (each for each in hop.ordered() if each.agent != PEOPLE and each.status != "skipped")

    def seen(self) -> Iterator[Outcome]:
        """All outcomes as tables see them: those of the guards before, of the work, of the guards after."""
        for hop in self.asking("before"):
            yield from hop.ordered()
        yield from self.outcomes()
        yield from self.reminded()
        for hop in self.asking("after"):
            yield from hop.ordered()


def _cost_of(attempts: Sequence[Outcome]) -> Decimal | None:
    """USD of all attempts; null when nobody knows that of one."""
    return None if any(outcome.cost is None for outcome in attempts) else known_cost(attempts)


def _answer(hop: Hop, slot: int) -> Outcome | None:
    step = next((step for step in hop.decision.plan.steps if step.slot == slot), None)
    return hop.outcomes.get(step.id) if step else None


def rounds(history: History) -> Iterator[Round]:
    """The rounds of a run, in order."""
    started = [number for number, hop in enumerate(history.hops) if hop.decision.stage is None]
    for first, following in pairwise((*started, len(history.hops))):
        yield Round(history.hops[first:following])


def latest_round(history: History) -> Round | None:
    """The round that goes on, or has just ended."""
    first = next((n for n in reversed(range(len(history.hops))) if history.hops[n].decision.stage is None), None)
    return None if first is None else Round(history.hops[first:])


def decisions_of_tables(history: History) -> int:
    """How many hops tables decided (or a limit in their place)."""
    return sum(hop.decision.stage is None for hop in history.hops)
