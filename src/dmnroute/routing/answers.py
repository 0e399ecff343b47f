"""Answers of people: read by the form that they were asked with, and refused when they don't fit or come too late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from dmnroute.errors import RouteError
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.elapsed import seconds_between
from dmnroute.routing.forms import Problem, Reading
from dmnroute.routing.history import History, Hop
from dmnroute.routing.progress import hop_end
from dmnroute.routing.records.step import INVALID_ANSWER, PEOPLE, Outcome, StepError


def open_question(history: History, *, now: datetime) -> Hop | None:
    """The latest hop, while people may answer it."""
    hop = history.last
    if hop is None or hop.decision.plan.action != "escalate" or hop_end(history, now=now) is not None:
        return None
    return hop


def answered(hop: Hop, answer: object, catalogue: Catalogue, *, now: datetime) -> Outcome:
    """The outcome of people. One that doesn't fit is kept, too: as a failure, after which they are asked again.

    Raises:
        RouteError: `unknown_form`.
    """
    reading = _read(hop, answer, catalogue)
    outcome = Outcome(
        step=hop.decision.plan.steps[0].id,
        agent=PEOPLE,
        status="ok",
        output=dict(reading.output),
        latency=max(Decimal(0), seconds_between(hop.decision.at, now)),
    )
    if not reading.problems:
        return outcome
    error = StepError(kind=INVALID_ANSWER, message="; ".join(map(str, reading.problems)), retryable=True)
    given = dict(answer) if isinstance(answer, Mapping) else {"answer": answer}
    return outcome.model_copy(update={"status": "failed", "error": error, "output": given})


def _read(hop: Hop, answer: object, catalogue: Catalogue) -> Reading:
    """Without a form any context is an answer."""
    if not isinstance(answer, Mapping):
        return Reading(problems=(Problem("", "the answer must be an object with fields"),))
    name = hop.decision.plan.form
    form = catalogue.form(name)
    if name is not None and form is None and catalogue.forms is not None:
        raise RouteError(
            f"form `{name}` isn't known here",
            code="unknown_form",
            hint="answer where the agents of the project are, which declare it",
        )
    return form.read(answer) if form else Reading(dict(answer))


def meanwhile(history: History) -> str:
    """What became of the latest question, for somebody whose answer comes too late; empty when none was asked."""
    asked = [hop for hop in history.hops if hop.decision.plan.action == "escalate"]
    if not asked:
        return ""
    question = asked[-1]
    outcome = question.outcomes.get(question.decision.plan.steps[0].id)
    became = "is due no more" if outcome is None else _BECAME.get(outcome.status, f"ended: {outcome.status}")
    later = [hop.decision for hop in history.hops[question.decision.hop :]]
    went_on = "; ".join(f"hop {each.hop}: {each.plan.reason or each.plan.action}" for each in later)
    return f"the question of hop {question.decision.hop} {became}" + (f"; then {went_on}" if went_on else "")


_BECAME = {"ok": "was answered", "timeout": "wasn't answered in time"}
