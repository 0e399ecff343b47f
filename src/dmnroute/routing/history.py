"""Everything that happened in a run, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.outcomes import known_cost
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.run import Run
from dmnroute.routing.records.signal import Signal
from dmnroute.routing.records.step import Outcome, PlannedStep


@dataclass(frozen=True, slots=True)
class Hop:
    """A decision and what has come of its steps so far, by step id."""

    decision: DecisionRecord
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)

    def ordered(self) -> tuple[Outcome, ...]:
        """The outcomes by step index, never by arrival."""
        found = map(self.outcome, self.decision.plan.steps)
        return tuple(outcome for outcome in found if outcome is not None)

    def outcome(self, step: PlannedStep) -> Outcome | None:
        """What has come of one of its steps, with the key of its branch: workers know nothing of that."""
        outcome = self.outcomes.get(step.id)
        if outcome is None or outcome.branch == step.branch:
            return outcome
        return outcome.model_copy(update={"branch": step.branch})

    def with_outcomes(self, outcomes: Mapping[str, Outcome]) -> Hop:
        """The hop with outcomes added, by step id; one that is there already stays."""
        return replace(self, outcomes={**outcomes, **self.outcomes})

    def sent(self) -> tuple[PlannedStep, ...]:
        """The steps that agents were sent; the others were settled with the decision."""
        return tuple(step for step in self.decision.plan.steps if step.id not in self.decision.settled)

    def missing(self) -> tuple[str, ...]:
        """The ids of the steps without an outcome."""
        return tuple(step.id for step in self.decision.plan.steps if step.id not in self.outcomes)


@dataclass(frozen=True, slots=True)
class History:
    """A run with its hops, and what was said to it from outside."""

    run: Run
    hops: tuple[Hop, ...] = ()
    signals: tuple[Signal, ...] = ()
    controls: tuple[Control, ...] = ()
    ancestors: tuple[Run, ...] = ()
    """The runs that this one was forked from, the nearest last: its first hops are theirs."""
    stood: Decimal = Decimal(0)
    """Seconds for which its time stood still, because it was paused, until its next decision."""

    @property
    def last(self) -> Hop | None:
        """The latest hop."""
        return self.hops[-1] if self.hops else None

    def outcomes(self) -> Iterator[Outcome]:
        """All outcomes, by hop and step index."""
        for hop in self.hops:
            yield from hop.ordered()

    def spent(self) -> Decimal:
        """USD spent so far, as far as it is known."""
        return known_cost(self.outcomes())

    def elapsed(self, now: datetime) -> Decimal:
        """Seconds since the run's start, without those for which its time stood still."""
        return seconds_between(self.run.started, now) - self.stood

    def before(self, hop: int) -> History:
        """The history as the decision of that hop saw it: earlier hops, the signals and controls it could see."""
        decision = self.hops[hop - 1].decision
        return History(
            self._run_of(decision),
            self.hops[: hop - 1],
            tuple(signal for signal in self.signals if signal.number <= decision.signals_seen),
            tuple(control for control in self.controls if control.number <= decision.controls_seen),
            self.ancestors,
            decision.stood,
        )

    def new(self, outcomes: Iterable[Outcome]) -> list[tuple[PlannedStep, Outcome]]:
        """Those outcomes that are the first of a step of the latest hop, each with its step."""
        steps = {step.id: step for step in self.last.decision.plan.steps} if self.last else {}
        first: dict[str, Outcome] = {}
        for outcome in outcomes:
            if self.last and outcome.step in steps and outcome.step not in self.last.outcomes:
                first.setdefault(outcome.step, outcome)
        return [(steps[step], outcome) for step, outcome in first.items()]

    def _run_of(self, decision: DecisionRecord) -> Run:
        """The run that a decision was taken for: of inherited hops, an ancestor."""
        return next((run for run in self.ancestors if run.id == decision.run), self.run)

    def first(self, hops: int) -> History:
        """The history as the decision after so many hops saw it, or sees it now where there is none yet."""
        return self.before(hops + 1) if hops < len(self.hops) else self

    def forked(self, run: Run) -> History:
        """The history that a fork of this run begins with."""
        assert run.origin is not None
        begun = self.first(run.origin.hops)
        # That the other run was cancelled doesn't end this one.
        controls = tuple(control for control in begun.controls if control.kind != "cancel")
        return replace(begun, run=run, controls=controls, ancestors=(*self.ancestors, self.run))

    def own(self) -> History:
        """What happened in the run itself, without the hops that it began with."""
        return replace(self, hops=self.hops[self.run.inherited :])

    def went_on(self, own: History) -> History:
        """The history of a fork: what it began with (this), and what happened in it."""
        return replace(own, hops=(*self.hops, *own.hops), ancestors=self.ancestors)

    def with_outcomes(self, outcomes: Iterable[Outcome]) -> History:
        """The history with outcomes of the latest hop added; an outcome that is there already stays."""
        if self.last is None:
            return self
        known = {step.id for step in self.last.decision.plan.steps}
        new = {outcome.step: outcome for outcome in outcomes if outcome.step in known}
        last = self.last.with_outcomes(new)
        return replace(self, hops=(*self.hops[:-1], last))

    def with_decision(self, decision: DecisionRecord) -> History:
        """The history with one more hop."""
        return replace(self, hops=(*self.hops, Hop(decision)))
