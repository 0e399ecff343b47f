"""Pauses as rows, and the events that tell of them: the same for every store."""

from __future__ import annotations

from typing import Any

from dmnroute.routing.pauses import Pause
from dmnroute.store.changes import Telling
from dmnroute.store.rows import Row

_COLUMNS = ("number", "scope", "name", "who", "why", "since", "timers", "lifted", "lifted_by", "lifted_why")


def pause_row(pause: Pause) -> Row:
    return {name: getattr(pause, name) for name in _COLUMNS} | {"key": pause.key}


def pause_of(row: Row) -> Pause:
    return Pause.model_validate({name: row[name] for name in _COLUMNS})


def run_of(pause: Pause) -> str | None:
    """The run whose event it is."""
    return pause.name if pause.scope == "run" else None


def paused(pause: Pause) -> Telling:
    return "paused", _what(pause) | {"who": pause.who, "why": pause.why, "timers": pause.timers}


def resumed(pause: Pause) -> Telling:
    return "resumed", _what(pause) | {"who": pause.lifted_by, "why": pause.lifted_why}


def released(who: str, why: str | None) -> Telling:
    return "run_released", {"who": who, "why": why}


def _what(pause: Pause) -> dict[str, Any]:
    return {"number": pause.number, "scope": pause.scope, "name": pause.name}
