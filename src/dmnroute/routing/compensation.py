"""Undo what a run has done: the agents that steps name for it are sent in the reverse order, in hops of their own.

Which step is undone by which agent was recorded when the step was planned, so that everything here follows from the
history alone: a second request, or a process that dies in between, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from dmnroute.routing.history import History, Hop
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.routing.situation import Situation

RETRIES = 3
"""So often a failure that may pass is tried again: what isn't undone stays done."""
TIMEOUT = Decimal(60)
"""Seconds for an agent that nobody knows here."""


def undoing(history: History) -> Plan | None:
    """How a run ends that is undone first; null while it just goes on."""
    control = cancelled_by(history)
    if control is not None:
        why = f": {control.why}" if control.why else ""
        return Plan(action="cancel", reason=f"cancelled by {control.who}{why}")
    held = (hop.decision.held for hop in reversed(history.hops))
    return next((plan for plan in held if plan is not None and plan.compensate), None)


def cancelled_by(history: History) -> Control | None:
    """The control that cancelled the run."""
    return next((control for control in history.controls if control.kind == "cancel"), None)


def pending(history: History) -> Iterator[tuple[PlannedStep, Outcome]]:
    """The steps that are still to be undone, the latest first."""
    known = {step.undoes for step, _ in _undo_steps(history)}
    for hop in reversed(history.hops):
        for step in reversed(hop.decision.plan.steps):
            outcome = hop.outcomes.get(step.id)
            if step.id not in known and outcome is not None and _is_done(step, outcome):
                yield step, outcome


def _is_done(step: PlannedStep, outcome: Outcome) -> bool:
    """Whether the step's agent has done something that can be undone: not a person, nor another run before."""
    return step.compensate is not None and outcome.status == "ok" and not (outcome.manual or outcome.reused)


def is_undone_first(history: History) -> bool:
    """Whether a run that is cancelled has something to undo, or is at it."""
    at_it = history.last is not None and any(step.undoes for step in history.last.decision.plan.steps)
    return at_it or next(pending(history), None) is not None


def next_undo(history: History, situation: Situation) -> Plan | None:
    """The plan that undoes the latest hop of which anything isn't undone; null when all is."""
    steps = list(pending(history))
    if not steps:
        return None
    hop = _hop_of(steps[0][0])
    together = [(step, outcome) for step, outcome in steps if _hop_of(step) == hop]
    return Plan(
        action="dispatch",
        steps=tuple(_undo_step(*done, situation, index) for index, done in enumerate(together, 1)),
        reason=f"undo hop {hop}",
    )


def _hop_of(step: PlannedStep) -> int:
    return int(step.id.rpartition("/")[2].partition(".")[0])


def _undo_step(done: PlannedStep, outcome: Outcome, situation: Situation, index: int) -> PlannedStep:
    name = done.compensate
    assert name is not None
    spec = situation.catalogue.agents.get(name)
    timeout = spec.timeout if spec else TIMEOUT
    return PlannedStep(
        id=f"{situation.run.id}/{situation.hop}.{index}",
        run=situation.run.id,
        tenant=situation.run.tenant,
        agent=name,
        type=f"agent.{name}",
        input=_input(done, outcome, situation),
        retries=RETRIES,
        timeout=timeout,
        deadline=situation.after(timeout),
        reserve=spec.cost if spec else Decimal(0),
        version=spec.version if spec else "",
        undoes=done.id,
    )


def _input(done: PlannedStep, outcome: Outcome, situation: Situation) -> dict[str, Any]:
    """By name: what the step gave, what it was given, then facts and `run.input`; `undoes` is its id."""
    spec = situation.catalogue.agents.get(done.compensate or "")
    sources = ({"undoes": done.id}, outcome.output or {}, done.input, situation.facts, situation.run.input)
    fields = spec.fields if spec else frozenset(done.input)
    return {name: source[name] for source in reversed(sources) for name in fields if source.get(name) is not None}


def report(history: History) -> dict[str, list[dict[str, Any]]]:
    """What was undone, and what couldn't be, with the reason: the latest first."""
    done = {step.id: step for hop in history.hops for step in hop.decision.plan.steps}
    undone, left = [], []
    for step, outcome in _undo_steps(history):
        entry = {"step": step.undoes, "agent": done[step.undoes or ""].agent, "by": step.agent}
        if outcome is not None and outcome.status in ("ok", "skipped"):
            undone.append(entry)
        else:
            left.append(entry | {"reason": _reason(outcome)})
    for step, _ in pending(history):
        left.append({"step": step.id, "agent": step.agent, "by": step.compensate, "reason": "it wasn't tried"})
    for step, outcome in _unsure(history):
        reason = f"it may have happened: {outcome.status}"
        left.append({"step": step.id, "agent": step.agent, "by": step.compensate, "reason": reason})
    return {"undone": undone, "not_undone": left}


def _undo_steps(history: History) -> Iterator[tuple[PlannedStep, Outcome | None]]:
    for hop in history.hops:
        for step in hop.decision.plan.steps:
            if step.undoes is not None:
                yield step, hop.outcomes.get(step.id)


def _unsure(history: History) -> Iterator[tuple[PlannedStep, Outcome]]:
    """Steps that were ended from outside: what they had done by then nobody knows."""
    for hop in reversed(history.hops):
        for step in reversed(hop.decision.plan.steps):
            outcome = hop.outcomes.get(step.id)
            if step.compensate and outcome is not None and outcome.status in ("cancelled", "timeout"):
                yield step, outcome


def _reason(outcome: Outcome | None) -> str:
    if outcome is None:
        return "it isn't done yet"
    return f"{outcome.error.kind}: {outcome.error.message}" if outcome.error else outcome.status


def open_steps(hop: Hop) -> tuple[str, ...]:
    """The steps that a cancel ends: what undoes others goes on."""
    undo = {step.id for step in hop.decision.plan.steps if step.undoes is not None}
    return tuple(step for step in hop.missing() if step not in undo)
