"""Reminders: steps of an escalation that are sent while its question stays open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dmnroute.errors import RouteError, did_you_mean
from dmnroute.routing.catalogue import AgentSpec
from dmnroute.routing.columns import Row
from dmnroute.routing.history import History, Hop
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.step import Outcome, PlannedStep
from dmnroute.routing.situation import Situation

REMINDER = "reminder"
"""Agent and type of a reminder that no agent sends: an event tells of it."""

MOST = 10
"""Reminders of one question; who hasn't answered by then won't for one more."""


def reminders(row: Row, hop: Mapping[str, Any], question: PlannedStep, situation: Situation) -> tuple[PlannedStep, ...]:
    """The reminders of a question, with the time of each: every `remind` seconds, before it is too late.

    Raises:
        RouteError: `unknown_agent`, or `invalid_input` when the agent of `notify` needs what nothing gives.
    """
    every, until = hop["remind"], question.timeout
    if every is None:
        return ()
    spec = _spec(row, hop["notify"], situation)
    numbers = [number for number in range(1, MOST + 1) if until is None or every * number < until]
    return tuple(_reminder(row, number, every * number, question, spec, situation) for number in numbers)


def _spec(row: Row, agent: str | None, situation: Situation) -> AgentSpec | None:
    if agent is None:
        return None
    known = situation.catalogue.agents
    if agent not in known:
        raise RouteError(f"unknown agent `{agent}`{did_you_mean(agent, known)}", code="unknown_agent", place=row.place)
    return known[agent]


def _reminder(
    row: Row, number: int, after: Decimal, question: PlannedStep, spec: AgentSpec | None, situation: Situation
) -> PlannedStep:
    name = spec.name if spec else REMINDER
    return PlannedStep(
        id=f"{question.run}/{situation.hop}.{number + 1}",
        run=question.run,
        tenant=question.tenant,
        agent=name,
        type=f"agent.{name}" if spec else REMINDER,
        input=_input(row, number, question, spec, situation) if spec else {},
        delay=after,
        timeout=spec.timeout if spec else None,
        deadline=situation.after(after + spec.timeout) if spec else None,
        version=spec.version if spec else "",
    )


def _input(row: Row, number: int, question: PlannedStep, spec: AgentSpec, situation: Situation) -> dict[str, Any]:
    """The fields of the agent's input, by name: what is asked and whom, the question's fields, facts, `run.input`."""
    told = {
        "run": question.run,
        "question": question.input,
        "reminder": number,
        **{name: row.values.get(name) for name in ("group", "assignee", "form", "reason")},
    }
    sources = (told, question.input, situation.facts, situation.run.input)
    filled = {
        name: source[name] for source in reversed(sources) for name in spec.fields if source.get(name) is not None
    }
    missing = sorted(spec.required - filled.keys())
    if missing:
        raise RouteError(
            f"agent `{spec.name}` needs {', '.join(f'`{name}`' for name in missing)}, and nothing gives it",
            code="invalid_input",
            place=row.place,
            hint=f"it is given {', '.join(f'`{name}`' for name in told)}, what `input` says, the facts, `run.input`",
        )
    return filled


def due_reminders(history: History, *, now: datetime) -> list[PlannedStep]:
    """The reminders whose time has come while the question is open, and that were not sent yet."""
    hop = history.last
    if hop is None or hop.decision.plan.action != "escalate" or hop_end(history, now=now) is not None:
        return []
    return [step for step in unsent_reminders(hop) if starts_of(step, hop) <= now]


def starts_of(step: PlannedStep, hop: Hop) -> datetime:
    """When a reminder is sent."""
    return hop.decision.at + timedelta(microseconds=int((step.delay or Decimal(0)) * 1_000_000))


def reminded(step: PlannedStep) -> Outcome:
    """The outcome of a reminder that no agent sends."""
    return Outcome(step=step.id, agent=step.agent, status="ok")


def unsent_reminders(hop: Hop) -> Sequence[PlannedStep]:
    """The reminders of a hop without an outcome."""
    return [step for step in hop.decision.plan.steps[1:] if step.id not in hop.outcomes]


def interval(hop: Hop) -> Decimal | None:
    """Seconds between two reminders; null where there is one at most."""
    delays = [step.delay for step in hop.decision.plan.steps[1:] if step.delay is not None]
    return delays[1] - delays[0] if len(delays) > 1 else None
