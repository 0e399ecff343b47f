"""People: the question that they are asked, and asking it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from dmnroute.errors import RouteError
from dmnroute.routing import columns
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.columns import Row
from dmnroute.routing.forms import unknown_form
from dmnroute.routing.records.hop import Plan
from dmnroute.routing.records.step import INVALID_ANSWER, PEOPLE, Cut, PlannedStep
from dmnroute.routing.reminders import reminders
from dmnroute.routing.rounds import Round
from dmnroute.routing.situation import Situation

MICROSECOND = timedelta(microseconds=1)


def asking(
    rows: Sequence[Row], hop: Mapping[str, Any], situation: Situation, *, wait: Decimal | None, cut: Cut | None
) -> tuple[PlannedStep, ...]:
    """The task that people see, whose answer is the outcome of `people`, and its reminders.

    Raises:
        RouteError: `unknown_form`, `unknown_agent`, `invalid_input` or `wrong_type`.
    """
    row, run = rows[0], situation.run
    _refuse_unknown_form(row, hop["form"], situation.catalogue)
    question = PlannedStep(
        id=f"{run.id}/{situation.hop}.1",
        run=run.id,
        tenant=run.tenant,
        agent=PEOPLE,
        type=PEOPLE,
        input=dict(columns.context(row, "input") or {}),
        timeout=wait,
        deadline=situation.after(wait),
        cut=cut,
    )
    return question, *reminders(row, hop, question, situation)


def asked_again(latest: Round, situation: Situation) -> Plan | None:
    """The same question once more, with what was wrong with its answer, for the time that is left.

    Null when the answer was right, or the time for it is over: then it is the tables' turn.
    """
    first, last = latest.hops[0].decision, latest.hops[-1]
    outcome = next(iter(last.ordered()), None)
    if outcome is None or outcome.error is None or outcome.error.kind != INVALID_ANSWER:
        return None
    plan, until = first.plan, first.plan.steps[0].deadline
    wait = None if until is None else Decimal((until - situation.now) // MICROSECOND).scaleb(-6)
    if wait is not None and wait <= 0:
        return None
    question = plan.steps[0].model_copy(update={"timeout": wait})
    passed = Decimal((situation.now - first.at) // MICROSECOND).scaleb(-6)
    steps = (question, *_reminders_left(plan, passed))
    numbered = (
        step.model_copy(update={"id": f"{first.run}/{situation.hop}.{number}"}) for number, step in enumerate(steps, 1)
    )
    return plan.model_copy(update={"steps": tuple(numbered), "wait": wait, "refused": outcome.error.message})


def _reminders_left(plan: Plan, passed: Decimal) -> Iterator[PlannedStep]:
    """The reminders of a question that was asked so many seconds ago."""
    for step in plan.steps[1:]:
        if step.delay is not None and step.delay > passed:
            yield step.model_copy(update={"delay": step.delay - passed})


def groups_of(plan: Plan) -> tuple[str, ...]:
    """The groups that are asked."""
    return _several(plan.group)


def assignees_of(plan: Plan) -> tuple[str, ...]:
    """The people who are asked by name."""
    return _several(plan.assignee)


def _several(names: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names or ()


def _refuse_unknown_form(row: Row, form: str | None, catalogue: Catalogue) -> None:
    if form is None or catalogue.forms is None or form in catalogue.forms:
        return
    message, hint = unknown_form(form, catalogue.forms)
    raise RouteError(message, code="unknown_form", place=row.place, hint=hint)
