"""Input that arrives while a run goes on: the hop that goes on then has said what becomes of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dmnroute.routing.history import History
from dmnroute.routing.records.control import Control
from dmnroute.routing.records.hop import OnInput

_ENDS = frozenset({"complete", "fail", "cancel"})


def what_becomes(history: History, control: Control) -> OnInput:
    """What becomes of input, by the decision of the tables that was in force when it came.

    Before the first decision it is as if the run had started with it; a run that ends, or is being undone, takes none.
    """
    before = [hop.decision for hop in history.hops if hop.decision.controls_seen < control.number]
    if not before:
        return "queue"
    decided = next(decision for decision in reversed(before) if decision.stage is None or decision is before[0])
    if before[-1].plan.action in _ENDS or before[-1].stage == "undo" or decided.intended.compensate:
        return "reject"
    return decided.intended.on_input or "queue"


def taken(history: History) -> Iterator[tuple[Control, OnInput]]:
    """The input that arrived and wasn't rejected, in order, with what became of it."""
    for control in history.controls:
        if control.kind == "input" and (becomes := what_becomes(history, control)) != "reject":
            yield control, becomes


def with_input(history: History) -> History:
    """The run with the input that it has now: what arrived lies on top of what it started with, field by field."""
    given: dict[str, Any] = {}
    for control, _ in taken(history):
        given |= control.data
    if not given:
        return history
    return replace(history, run=history.run.model_copy(update={"input": {**history.run.input, **given}}))


def ending(history: History) -> tuple[Control, OnInput] | None:
    """The input that ends the hop that goes on, and how: what restarts comes first.

    A run that is to be undone goes on, and so does a fork that is about to do steps once more.
    """
    origin = history.run.origin
    redoes = origin is not None and bool(origin.again) and len(history.hops) == origin.hops
    if redoes or any(control.kind == "cancel" for control in history.controls):
        return None
    seen = history.last.decision.controls_seen if history.last else 0
    found = [each for each in taken(history) if each[0].number > seen and each[1] in ("interrupt", "restart")]
    return next((each for each in found if each[1] == "restart"), next(iter(found), None))


def restarted(history: History) -> int:
    """The number of the control that restarted the run last; 0 when none did."""
    return max((control.number for control, becomes in taken(history) if becomes == "restart"), default=0)


def since_restart(history: History) -> History:
    """The history without the hops before the run was restarted: what was found out there counts no more."""
    number = restarted(history)
    if number == 0:
        return history
    return replace(history, hops=tuple(hop for hop in history.hops if hop.decision.controls_seen >= number))
