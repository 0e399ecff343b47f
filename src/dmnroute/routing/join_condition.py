"""A join that is a FEEL condition over the outcomes so far: `count(outcomes[status = "ok"]) >= 2`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from dmnroute.errors import FeelError, Place, RouteError, did_you_mean
from dmnroute.feel import Expression, Notice, compile
from dmnroute.feel.dialect import DialectName
from dmnroute.routing.mistakes import FATAL_NOTICES
from dmnroute.routing.records.hop import JoinCondition
from dmnroute.routing.records.step import Outcome, StepError
from dmnroute.routing.shown import shown
from dmnroute.source import Source, Span

NAMES = ("outcomes", "width")
"""What a condition can read: the outcomes that have arrived, by step index, and the number of steps."""

JOIN_WORDS = ("all", "all-done", "any", "majority")
"""The joins that have a name."""

_SAMPLES = (
    Outcome(step="r/1.1", agent="a", status="ok", confidence=Decimal(1), output={}),
    Outcome(step="r/1.2", agent="a", status="failed", error=StepError(kind="crashed", message="")),
)
"""What a condition is tried on: names inside of a filter are known only when it meets an outcome."""


def read_condition(text: str, dialect: DialectName, place: Place) -> JoinCondition:
    """A condition that can be evaluated.

    Raises:
        RouteError: `join_condition`, when it can't be read, names what isn't there, or gives no true or false.
    """
    try:
        expression = _compiled(text, dialect)
    except FeelError as error:
        raise _refused(error.message, text, place, error.place.span) from error
    for reference in expression.references:
        if not reference.implicit and reference.names[0] not in NAMES:
            raise _unknown(reference.names[0], text, place, reference.span)
    value, notices = _evaluated(expression, _SAMPLES, len(_SAMPLES))
    for notice in notices:
        if notice.kind in ("unknown_name", "unknown_function"):
            raise _refused(notice.message, text, place, notice.span)
    if value is not None and not isinstance(value, bool):
        raise _refused(f"the condition gives {shown(value)}, not true or false", text, place, None)
    return JoinCondition(text=text, dialect=dialect)


def is_true(condition: JoinCondition, outcomes: Sequence[Outcome], width: int) -> tuple[bool, str | None]:
    """Whether the outcomes so far are enough; and, when that can't be said, why."""
    try:
        value, notices = _evaluated(_compiled(condition.text, condition.dialect), outcomes, width)
    except FeelError as error:
        return False, error.message
    mistake = next((notice for notice in notices if notice.kind in FATAL_NOTICES), None)
    if value is True:
        return True, None
    if mistake is not None:
        return False, str(mistake)
    return False, None if value in (False, None) else f"the condition gave {shown(value)}, not true or false"


@lru_cache(maxsize=1024)
def _compiled(text: str, dialect: DialectName) -> Expression:
    return compile(text, dialect=dialect)


def _evaluated(expression: Expression, outcomes: Sequence[Outcome], width: int) -> tuple[Any, tuple[Notice, ...]]:
    result = expression.evaluate({"outcomes": [outcome.model_dump() for outcome in outcomes], "width": width})
    return result.value, result.notices


def _unknown(name: str, text: str, place: Place, span: Span) -> RouteError:
    span = Span(span.start, span.start + len(name))
    return _refused(f"unknown name `{name}`{did_you_mean(name, (*NAMES, *JOIN_WORDS))}", text, place, span)


def _refused(message: str, text: str, place: Place, span: Span | None) -> RouteError:
    whole = Span(0, max(len(text), 1))
    return RouteError(
        message,
        code="join_condition",
        place=Place(place.file, place.decision, place.rule, "output join", Source(text), span or whole),
        hint=f"a join is a number, {', '.join(f'`{word}`' for word in JOIN_WORDS)}, or a condition over `outcomes`",
    )
