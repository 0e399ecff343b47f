"""Steps whose outcome is known before anybody is sent: settled with the decision, the same for every engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dmnroute.router.breakers import ask_breakers
from dmnroute.router.reuse import reused, standing_in
from dmnroute.routing.breaker_gate import BreakerWrite
from dmnroute.routing.breaker_rules import BreakerRules
from dmnroute.routing.history import History
from dmnroute.routing.outcomes import refused, unsent
from dmnroute.routing.ports.store import Store
from dmnroute.routing.records.hop import DecisionRecord
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.routing.steering import forbidden


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision with what is known of its steps, and what goes with it into the store."""

    decision: DecisionRecord
    outcomes: tuple[Outcome, ...] = ()
    """Of the steps that need no agent."""
    breakers: BreakerWrite = field(default_factory=BreakerWrite)

    @property
    def unsettled(self) -> tuple[PlannedStep, ...]:
        """The steps that somebody has to be sent."""
        return tuple(step for step in self.decision.plan.steps if step.id not in self.decision.settled)


async def settle(
    decision: DecisionRecord,
    history: History,
    arrived: Sequence[tuple[PlannedStep, Outcome]],
    store: Store,
    rules: BreakerRules,
) -> Settled:
    """Find the outcomes of the decision's steps that need no agent.

    They were done before a fork, guards refuse them, people forbid them, equal ones are reused, breakers are open.

    `history` is that of the decision; `arrived` are the outcomes that are written with it.
    """
    steps = decision.plan.steps
    found = [await _known(step, store, history, now=decision.at) for step in steps]
    known = {outcome.step: outcome for outcome in found if outcome is not None}
    open_steps = [step for step in steps if step.id not in known]
    gate = await ask_breakers(open_steps, arrived, rules, store, now=decision.at)
    known |= {outcome.step: outcome for outcome in gate.refused}
    outcomes = tuple(known[step.id] for step in steps if step.id in known)
    probes = tuple(dict.fromkeys(taken.probe.step for taken in gate.write.probes))
    settled = {"settled": tuple(outcome.step for outcome in outcomes), "probes": probes}
    return Settled(decision.model_copy(update=settled), outcomes, gate.write)


async def _known(step: PlannedStep, store: Store, history: History, *, now: datetime) -> Outcome | None:
    done = _done(step, history) or refused(step) or _forbidden(step, history)
    return done or await reused(step, store, history, now=now)


def _done(step: PlannedStep, history: History) -> Outcome | None:
    """What came of the step that stands in for it, whatever that was."""
    found = next((outcome for outcome in history.outcomes() if outcome.step == step.done), None)
    return None if found is None else standing_in(found, step)


def _forbidden(step: PlannedStep, history: History) -> Outcome | None:
    """What people forbade isn't sent; tables route on the kind `forbidden`, or read `run.forbidden` before."""
    agent = step.type.removeprefix("agent.")
    control = forbidden(history).get(agent)
    if control is None:
        return None
    why = f": {control.why}" if control.why else ""
    return unsent(step, "forbidden", f"agent `{agent}` is forbidden in this run by {control.who}{why}")
