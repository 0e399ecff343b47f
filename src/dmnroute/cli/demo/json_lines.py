"""Events as JSON objects."""

from __future__ import annotations

from typing import Any, assert_never

from dmnroute.cli.demo.events import EndTold, Event, HopTold, PolicyChangedTold, PolicyRefusedTold, Started


def document_of(event: Event) -> dict[str, Any] | None:
    """The object that tells an event; none for what happened before this process began."""
    match event:
        case Started():
            return _named("started", _started(event))
        case HopTold():
            return None if event.earlier else _named("hop", _hop(event))
        case EndTold():
            return None if event.earlier else _named("end", _end(event))
        case PolicyChangedTold():
            return _named("policy_changed", {"version": event.version, "changes": event.changes})
        case PolicyRefusedTold():
            return _named("policy_refused", {"error": event.error, "stays": event.stays})
    assert_never(event)


def _named(name: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"event": name, **data}


def _started(event: Started) -> dict[str, Any]:
    names = ("session", "continued", "policy", "version", "file", "documents", "changes")
    return {name: getattr(event, name) for name in names}


def _hop(event: HopTold) -> dict[str, Any]:
    names = ("run", "document", "hop", "version", "action", "to", "agents", "rules", "because", "confidence", "cost")
    return {name: getattr(event, name) for name in names}


def _end(event: EndTold) -> dict[str, Any]:
    names = ("run", "document", "kind", "words", "error", "cost")
    return {name: getattr(event, name) for name in names}
